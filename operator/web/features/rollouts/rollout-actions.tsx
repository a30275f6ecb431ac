import type { RolledBack, RolloutDetail } from '@windlass/wire/operator'
import { useFleet } from '../../live/fleet.tsx'
import { countText } from '../../live/quantities.ts'
import { Pause, Sure } from '../plan/steer.tsx'
import { SteerButtons } from '../plan/steer-buttons.tsx'
import { useSteering } from '../plan/use-steering.ts'
import { RollBack } from './roll-back.tsx'

interface Given {
  rollout: RolloutDetail
  onBack: (done: RolledBack) => void
}

/** What can be done with a rollout as it stands: pause it, let it go on, abort it, take it back. */
export function RolloutActions({ rollout, onBack }: Given) {
  const { client } = useFleet()
  const { id, status, counts } = rollout
  const { asking, ask, close, after } = useSteering(['rollout', id])
  // An aborted one of which nobody has anything to give back needs no button.
  const mayBack = counts.updated + counts.updating + counts.rolled_back > 0
  return (
    <>
      <SteerButtons
        status={status}
        back={mayBack ? 'Roll back' : null}
        resume={() => after(client.resumeRollout(id))}
        onAsk={ask}
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
