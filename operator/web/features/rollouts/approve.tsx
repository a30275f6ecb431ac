import { useMutation, useQueryClient } from '@tanstack/react-query'
import type { RolloutDetail } from '@windlass/wire/operator'
import { useState } from 'react'
import { useFleet } from '../../live/fleet.tsx'
import { Dialog } from '../../parts/dialog.tsx'

/** Says yes to the next phase, as one of those who may. */
export function Approve({ rollout, by }: { rollout: RolloutDetail; by: readonly string[] }) {
  const { client } = useFleet()
  const queries = useQueryClient()
  const [asking, setAsking] = useState(false)
  const [who, setWho] = useState(by[0] ?? '')
  const approve = useMutation({
    mutationFn: () => client.approveRollout(rollout.id, who),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ['rollout', rollout.id] })
      setAsking(false)
    },
  })
  if (rollout.status === 'aborted') return null
  return (
    <>
      <button type="button" className="small" onClick={() => setAsking(true)}>
        Approve
      </button>
      {asking ? (
        <Dialog
          title={`Approve phase ${rollout.phase + 1}?`}
          confirm="Say yes"
          busy={approve.isPending}
          error={approve.error}
          onConfirm={() => approve.mutate()}
          onClose={() => setAsking(false)}
        >
          <label>
            As
            <select value={who} onChange={(event) => setWho(event.target.value)}>
              {by.map((name) => (
                <option key={name}>{name}</option>
              ))}
            </select>
          </label>
          <p className="note">The phase opens once enough people said yes and the rest of its gate holds.</p>
        </Dialog>
      ) : null}
    </>
  )
}
