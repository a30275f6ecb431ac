import { Link } from '@tanstack/react-router'
import type { RolloutRecord } from '@windlass/wire/operator'
import { useNow } from '../../live/fleet.tsx'
import { sharesOf, totalOf } from '../../parts/counted.tsx'
import { Mark } from '../../parts/mark.tsx'
import { Moment } from '../../parts/moment.tsx'
import { Bar } from '../../parts/proportion.tsx'
import { audienceText } from './audience-text.ts'
import { rolloutState } from './rollout-state.ts'

/** Rollouts, one a line: what goes to whom, how it stands, how far it is. */
export function RolloutRows({ list }: { list: readonly RolloutRecord[] }) {
  return (
    <ul className="plain rollout-list">
      {list.map((rollout) => (
        <li key={rollout.id}>
          <RolloutRow rollout={rollout} />
        </li>
      ))}
    </ul>
  )
}

function RolloutRow({ rollout }: { rollout: RolloutRecord }) {
  const { id, version, counts, to, createdAt } = rollout
  const { meaning, text } = rolloutState(rollout, useNow())
  const lost = counts.failed + counts.rolled_back
  return (
    <Link to="/rollouts/$id" params={{ id: String(id) }} className="row rollout-row">
      <span>
        <strong>Version {version}</strong>
        <span className="reason one-line">
          rollout {id}, {audienceText(to)}
        </span>
      </span>
      <Mark meaning={meaning}>{text}</Mark>
      <Bar label={`Rollout ${id}`} shares={sharesOf(counts)} />
      <span className="tally">
        <span className="number">
          {counts.updated.toLocaleString('en')} of {totalOf(counts).toLocaleString('en')} updated
        </span>
        {lost > 0 ? <Mark meaning="failed">{lost.toLocaleString('en')} not</Mark> : null}
      </span>
      <span className="aside end">
        <Moment at={createdAt} />
      </span>
    </Link>
  )
}
