import { useMutation, useQueryClient } from '@tanstack/react-query'
import { OperatorError, type ProjectRecord } from '@windlass/wire/operator'
import { useState } from 'react'
import { useFleet } from '../../live/fleet.tsx'
import { Dialog } from '../../parts/dialog.tsx'

/** Asks for the name before a project goes for good; once more where something lives in it. */
export function RemoveProject({ project: { name }, onClose }: { project: ProjectRecord; onClose: () => void }) {
  const { client } = useFleet()
  const queries = useQueryClient()
  const [typed, setTyped] = useState('')
  const [everything, setEverything] = useState(false)
  const remove = useMutation({
    mutationFn: async () => {
      await client.removeProject(name, { confirm: typed, everything })
      await queries.invalidateQueries({ queryKey: ['projects'] })
    },
    onSuccess: onClose,
  })
  const inUse = remove.error instanceof OperatorError && remove.error.code === 'project_in_use'
  return (
    <Dialog
      title={`Remove project ${name}?`}
      confirm="Remove it for good"
      danger
      busy={remove.isPending || typed !== name || (inUse && !everything)}
      error={remove.error}
      onConfirm={() => remove.mutate()}
      onClose={onClose}
    >
      <p>
        Its devices, units, packages, people and history go, and nobody reaches it from now on. There is no way back but
        a backup.
      </p>
      <label>
        Type its name to go on
        <input
          value={typed}
          required
          autoComplete="off"
          spellCheck={false}
          placeholder={name}
          onChange={(event) => setTyped(event.target.value)}
        />
      </label>
      {inUse || everything ? (
        <label className="choice">
          <input type="checkbox" checked={everything} onChange={(event) => setEverything(event.target.checked)} />
          Although devices or units are in it
        </label>
      ) : null}
    </Dialog>
  )
}
