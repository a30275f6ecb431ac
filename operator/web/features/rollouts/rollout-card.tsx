import { Link } from '@tanstack/react-router'
import type { RolloutRecord } from '@windlass/wire/operator'
import { countText } from '../../live/quantities.ts'
import { sharesOf, totalOf } from '../../parts/counted.tsx'
import { Mark } from '../../parts/mark.tsx'
import { Moment } from '../../parts/moment.tsx'
import { Proportion } from '../../parts/proportion.tsx'
import { rolloutState } from './rollout-state.ts'

/** A rollout in a few lines: what goes to whom, how far it is. */
export function RolloutCard({ rollout }: { rollout: RolloutRecord }) {
  const { id, version, counts, to, createdAt } = rollout
  const { meaning, text } = rolloutState(rollout, Date.now())
  const whom = 'product' in to ? 'every device of the product' : countText(to.devices.length, 'named device')
  return (
    <article className="card">
      <header>
        <h2>
          <Link to="/rollouts/$id" params={{ id: String(id) }}>
            {id}: version {version}
          </Link>
        </h2>
        <Mark meaning={meaning}>{text}</Mark>
      </header>
      <p className="note">
        to {whom}, begun <Moment at={createdAt} />
      </p>
      <Proportion label={`Rollout ${id}`} shares={sharesOf(counts)} bare />
      <p className="tally">
        <span className="number">
          {counts.updated.toLocaleString('en')} of {totalOf(counts).toLocaleString('en')} updated
        </span>
        {counts.failed + counts.rolled_back > 0 ? (
          <Mark meaning="failed">{counts.failed + counts.rolled_back} did not take it</Mark>
        ) : null}
      </p>
    </article>
  )
}
