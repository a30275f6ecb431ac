import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useFleet } from '../../live/fleet.tsx'
import { Dialog } from '../../parts/dialog.tsx'
import { readQuery } from '../../parts/query-box.tsx'
import { CountedQuery } from './counted-query.tsx'
import { type AnyGroup, groupsKey } from './kinds.ts'

/** Gives a group another query. */
export function ChangeGroup({ group: { about, name, query }, onClose }: { group: AnyGroup; onClose: () => void }) {
  const { client } = useFleet()
  const queries = useQueryClient()
  const [text, setText] = useState(query ?? '')
  const change = useMutation({
    mutationFn: async () => {
      await (about === 'device'
        ? client.changeGroup(name, { query: text })
        : client.changeUnitGroup(name, { query: text }))
      await queries.invalidateQueries({ queryKey: groupsKey[about] })
    },
    onSuccess: onClose,
  })
  return (
    <Dialog
      title={`Change group ${name}`}
      confirm="Change it"
      busy={change.isPending || readQuery(text, about).is !== 'query'}
      error={change.error}
      onConfirm={() => change.mutate()}
      onClose={onClose}
    >
      <CountedQuery about={about} text={text} onText={setText} />
      <p className="note">Rollouts that were started for it keep what it meant then.</p>
    </Dialog>
  )
}
