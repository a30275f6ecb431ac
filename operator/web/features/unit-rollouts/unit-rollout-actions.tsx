import type { UnitRolloutDetail } from '@windlass/wire/operator'
import { useFleet } from '../../live/fleet.tsx'
import { countText } from '../../live/quantities.ts'
import { Pause, Sure } from '../plan/steer.tsx'
import { SteerButtons } from '../plan/steer-buttons.tsx'
import { useSteering } from '../plan/use-steering.ts'

/** What can be done with a rollout of a release: pause it, let it go on, abort it, take it back. */
export function UnitRolloutActions({ rollout }: { rollout: UnitRolloutDetail }) {
  const { client } = useFleet()
  const { id, status, counts } = rollout
  const { asking, ask, close, after } = useSteering(['unit rollout', id])
  const ordered = counts.updated + counts.updating + counts.failed
  return (
    <>
      <SteerButtons
        status={status}
        back={ordered > 0 ? 'Take back' : null}
        resume={() => after(client.resumeUnitRollout(id))}
        onAsk={ask}
      />
      {asking === 'pause' ? (
        <Pause
          title={`Pause rollout ${id} of a release?`}
          note="Units that were ordered it go on; no other is until it is resumed."
          run={(reason) => after(client.pauseUnitRollout(id, reason))}
          onClose={close}
        />
      ) : null}
      {asking === 'abort' ? (
        <Sure
          title={`Abort rollout ${id} of a release?`}
          confirm="Abort it"
          run={() => after(client.abortUnitRollout(id))}
          onClose={close}
        >
          <p>
            {countText(counts.pending, 'unit')} will not be ordered it. {countText(counts.updating, 'unit')} under way
            go on. An aborted rollout does not go on again; a new one can be started.
          </p>
        </Sure>
      ) : null}
      {asking === 'back' ? (
        <Sure
          title={`Take rollout ${id} of a release back?`}
          confirm="Take it back"
          run={() => after(client.takeBackUnitRollout(id))}
          onClose={close}
        >
          <p>
            It is aborted, and {countText(ordered, 'unit')} that {ordered === 1 ? 'was' : 'were'} ordered it are ordered
            the release they were to run before.
          </p>
          <p className="note">A unit that had none before keeps this one. It may be done again.</p>
        </Sure>
      ) : null}
    </>
  )
}
