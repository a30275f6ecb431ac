import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import type { PackageRecord, RolloutOrder } from '@windlass/wire/operator'
import { useState } from 'react'
import { useFleet } from '../../live/fleet.tsx'
import { Dialog } from '../../parts/dialog.tsx'

/** Whom, and when: then the rollout's own page. */
export function StartRollout({ package: kept, onClose }: { package: PackageRecord; onClose: () => void }) {
  const { client } = useFleet()
  const queries = useQueryClient()
  const navigate = useNavigate()
  const [whom, setWhom] = useState<'product' | 'devices'>('product')
  const [ids, setIds] = useState('')
  const [when, setWhen] = useState('')
  const [metered, setMetered] = useState(false)
  const start = useMutation({
    mutationFn: () => client.startRollout({ ...orderOf(kept, whom === 'product' ? null : ids, when), metered }),
    onSuccess: async ({ id }) => {
      await queries.invalidateQueries({ queryKey: ['rollouts'] })
      await navigate({ to: '/rollouts/$id', params: { id: String(id) } })
    },
  })
  return (
    <Dialog
      title={`Roll out version ${kept.version}`}
      confirm="Start"
      busy={start.isPending}
      error={start.error}
      onConfirm={() => start.mutate()}
      onClose={onClose}
    >
      <fieldset>
        <legend>To whom</legend>
        <label className="choice">
          <input type="radio" name="whom" checked={whom === 'product'} onChange={() => setWhom('product')} />
          Every device of its product, later ones too
        </label>
        <label className="choice">
          <input type="radio" name="whom" checked={whom === 'devices'} onChange={() => setWhom('devices')} />
          Only devices named by id
        </label>
      </fieldset>
      {whom === 'devices' ? (
        <label>
          Device ids, one a line
          <textarea rows={4} value={ids} onChange={(event) => setIds(event.target.value)} required />
        </label>
      ) : null}
      <label>
        Not before (empty: at once)
        <input type="datetime-local" value={when} onChange={(event) => setWhen(event.target.value)} />
      </label>
      <label className="choice">
        <input type="checkbox" checked={metered} onChange={(event) => setMetered(event.target.checked)} />
        Also over links on which bytes cost
      </label>
    </Dialog>
  )
}

function orderOf(kept: PackageRecord, ids: string | null, when: string): RolloutOrder {
  const to = ids === null ? { product: kept.product } : { devices: ids.split(/[\s,]+/).filter(Boolean) }
  return { package: kept.uid, to, ...(when && { startAt: new Date(when).toISOString() }) }
}
