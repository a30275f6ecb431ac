import { Mark } from '../../parts/mark.tsx'
import { Moment } from '../../parts/moment.tsx'

interface Given {
  paused: { at: string; by: string; reason: string } | null
  whom: 'device' | 'unit'
}

/** Why a rollout stands, and what that means for those who are in it. */
export function Paused({ paused, whom }: Given) {
  if (!paused) return null
  return (
    <section className="panel why" data-meaning="held" aria-label="Why it is paused">
      <p className="why-text">
        <Mark meaning="held" long>
          {paused.reason || 'Paused without a reason.'}
        </Mark>
      </p>
      <p className="note">
        {byText(paused.by)} <Moment at={paused.at} />. No {whom} is {whom === 'unit' ? 'ordered' : 'offered'} it until
        it is resumed; those under way finish.
      </p>
    </section>
  )
}

function byText(by: string): string {
  if (by === 'failure_limit') return 'It paused itself, at its limit of failures,'
  return by === 'health' ? 'It paused itself, for the health of those that have it,' : 'Somebody paused it'
}
