import { useQueryClient } from '@tanstack/react-query'
import type { RolledBack, RolloutDetail } from '@windlass/wire/operator'
import { useState } from 'react'
import { useFleet } from '../../live/fleet.tsx'
import { countText } from '../../live/quantities.ts'
import { Pause, Sure } from '../plan/steer.tsx'
import { SteerButtons, type Steering } from '../plan/steer-buttons.tsx'
import { RollBack } from './roll-back.tsx'

interface Given {
  rollout: RolloutDetail
  onBack: (done: RolledBack) => void
}

/** What can be done with a rollout as it stands: pause it, let it go on, abort it, take it back. */
export function RolloutActions({ rollout, onBack }: Given) {
  const { client } = useFleet()
  const queries = useQueryClient()
  const [asking, setAsking] = useState<Steering | null>(null)
  const { id, status, counts } = rollout
  const after = async (done: Promise<unknown>): Promise<void> => {
    await done
    await queries.invalidateQueries({ queryKey: ['rollout', id] })
  }
  const close = (): void => setAsking(null)
  // An aborted one of which nobody has anything to give back needs no button.
  const mayBack = counts.updated + counts.updating + counts.rolled_back > 0
  return (
    <>
      <SteerButtons
        status={status}
        back={mayBack ? 'Roll back' : null}
        resume={() => after(client.resumeRollout(id))}
        onAsk={setAsking}
      />
      {asking === 'pause' ? (
        <Pause
          title={`Pause rollout ${id}?`}
          note="Devices under way finish; no other is offered it until it is resumed."
          run={(reason) => after(client.pauseRollout(id, reason))}
          onClose={close}
        />
      ) : null}
      {asking === 'abort' ? (
        <Sure
          title={`Abort rollout ${id}?`}
          confirm="Abort it"
          run={() => after(client.abortRollout(id))}
          onClose={close}
        >
          <p>
            {countText(counts.pending, 'device')} that have not taken it up will not be offered it.{' '}
            {countText(counts.updating, 'device')} under way will finish. An aborted rollout does not go on again; a new
            one can be started.
          </p>
        </Sure>
      ) : null}
      {asking === 'back' ? <RollBack rollout={rollout} onBack={onBack} onClose={close} /> : null}
    </>
  )
}
