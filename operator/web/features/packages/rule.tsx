import { useMutation, useQueryClient } from '@tanstack/react-query'
import type { PackageRecord } from '@windlass/wire/operator'
import { useState } from 'react'
import { useFleet } from '../../live/fleet.tsx'
import { Dialog } from '../../parts/dialog.tsx'
import { Mark } from '../../parts/mark.tsx'

/** From which versions a package can be installed, and whether older devices go through it; nothing where it has no rule. */
export function RuleTold({ kept: { needs, floor } }: { kept: PackageRecord }) {
  if (needs === null && !floor) return null
  return (
    <p className="chips">
      {needs === null ? null : <Mark meaning="held">needs {needs} or newer</Mark>}
      {floor ? <Mark meaning="held">not skipped</Mark> : null}
    </p>
  )
}

/** Sets a package's rule, all of it anew. */
export function SetRule({ kept, onClose }: { kept: PackageRecord; onClose: () => void }) {
  const { client } = useFleet()
  const queries = useQueryClient()
  const [needs, setNeeds] = useState(kept.needs ?? '')
  const [floor, setFloor] = useState(kept.floor)
  const set = useMutation({
    mutationFn: () => client.setRule(kept.uid, { needs: needs.trim() || null, floor }),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ['packages'] })
      onClose()
    },
  })
  return (
    <Dialog
      title={`Rule of version ${kept.version}`}
      confirm="Set it"
      busy={set.isPending}
      error={set.error}
      onConfirm={() => set.mutate()}
      onClose={onClose}
    >
      <label>
        Can be installed from this version on (empty: from any)
        <input value={needs} maxLength={256} placeholder="any" onChange={(event) => setNeeds(event.target.value)} />
      </label>
      <label className="choice">
        <input type="checkbox" checked={floor} onChange={(event) => setFloor(event.target.checked)} />
        Older devices do not skip it on their way to a newer version
      </label>
      <p className="note">The fleet decides by it from the next probe on. It is no part of the signed package.</p>
    </Dialog>
  )
}
