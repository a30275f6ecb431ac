import { useMutation, useQueryClient } from '@tanstack/react-query'
import type { RolledBack, RolloutDetail } from '@windlass/wire/operator'
import { useState } from 'react'
import { useFleet } from '../../live/fleet.tsx'
import { countText } from '../../live/quantities.ts'
import { Dialog } from '../../parts/dialog.tsx'
import { Trouble } from '../../parts/nothing.tsx'
import { RollBack } from './roll-back.tsx'

interface Given {
  rollout: RolloutDetail
  onBack: (done: RolledBack) => void
}

/** What can be done with a rollout as it stands: pause it, let it go on, abort it, take it back. */
export function RolloutActions({ rollout, onBack }: Given) {
  const { client } = useFleet()
  const [asking, setAsking] = useState<'pause' | 'abort' | 'back' | null>(null)
  const resume = useChange(rollout, () => client.resumeRollout(rollout.id))
  const close = (): void => setAsking(null)
  const { updated, updating, rolled_back } = rollout.counts
  const over = rollout.status === 'aborted'
  // An aborted one with nobody left to give anything back to needs no button.
  const mayBack = updated + updating + rolled_back > 0
  if (over && !mayBack) return null
  return (
    <>
      {resume.error ? <Trouble error={resume.error} /> : null}
      {over ? null : rollout.status === 'paused' ? (
        <button type="button" className="main" onClick={() => resume.mutate(undefined)} disabled={resume.isPending}>
          Resume
        </button>
      ) : (
        <button type="button" onClick={() => setAsking('pause')}>
          Pause
        </button>
      )}
      {mayBack ? (
        <button type="button" onClick={() => setAsking('back')}>
          Roll back
        </button>
      ) : null}
      {over ? null : (
        <button type="button" className="danger" onClick={() => setAsking('abort')}>
          Abort
        </button>
      )}
      {asking === 'pause' ? <Pause rollout={rollout} onClose={close} /> : null}
      {asking === 'abort' ? <Abort rollout={rollout} onClose={close} /> : null}
      {asking === 'back' ? <RollBack rollout={rollout} onBack={onBack} onClose={close} /> : null}
    </>
  )
}

interface Asking {
  rollout: RolloutDetail
  onClose: () => void
}

function Pause({ rollout, onClose }: Asking) {
  const { client } = useFleet()
  const [reason, setReason] = useState('')
  const pause = useChange(rollout, () => client.pauseRollout(rollout.id, reason || undefined), onClose)
  return (
    <Dialog
      title={`Pause rollout ${rollout.id}?`}
      confirm="Pause it"
      busy={pause.isPending}
      error={pause.error}
      onConfirm={() => pause.mutate(undefined)}
      onClose={onClose}
    >
      <label>
        Why (everyone who asks why nothing moves reads it)
        <input value={reason} maxLength={500} onChange={(event) => setReason(event.target.value)} />
      </label>
      <p className="note">Devices under way finish; no other is offered it until it is resumed.</p>
    </Dialog>
  )
}

function Abort({ rollout, onClose }: Asking) {
  const { client } = useFleet()
  const abort = useChange(rollout, () => client.abortRollout(rollout.id), onClose)
  return (
    <Dialog
      title={`Abort rollout ${rollout.id}?`}
      confirm="Abort it"
      danger
      busy={abort.isPending}
      error={abort.error}
      onConfirm={() => abort.mutate(undefined)}
      onClose={onClose}
    >
      <p>
        {countText(rollout.counts.pending, 'device')} that have not taken it up will not be offered it.{' '}
        {countText(rollout.counts.updating, 'device')} under way will finish. An aborted rollout does not go on again; a
        new one can be started.
      </p>
    </Dialog>
  )
}

function useChange(rollout: RolloutDetail, change: () => Promise<unknown>, then?: () => void) {
  const queries = useQueryClient()
  return useMutation({
    mutationFn: change,
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ['rollout', rollout.id] })
      then?.()
    },
  })
}
