import { Link } from '@tanstack/react-router'
import type { RolloutCounts, RolloutRecord } from '@windlass/wire/operator'
import { useNow } from '../../live/fleet.tsx'
import { sharesOf, totalOf } from '../../parts/counted.tsx'
import { Mark } from '../../parts/mark.tsx'
import { Moment } from '../../parts/moment.tsx'
import { Bar } from '../../parts/proportion.tsx'
import { unitTargetText } from '../unit-rollouts/target-text.ts'
import type { AnyRollout } from './any-rollout.ts'
import { audienceText } from './audience-text.ts'
import { rolloutState } from './rollout-state.ts'

/** Rollouts of either kind, one a line: what goes to whom, how it stands, how far it is. */
export function RolloutRows({ list }: { list: readonly AnyRollout[] }) {
  return (
    <ul className="plain rollout-list">
      {list.map((one) => (
        <li key={`${one.of} ${one.rollout.id}`}>
          {one.of === 'package' ? <OfPackage {...one} /> : <OfRelease {...one} />}
        </li>
      ))}
    </ul>
  )
}

function OfPackage({ rollout }: Extract<AnyRollout, { of: 'package' }>) {
  const { id, version, to } = rollout
  return (
    <Link to="/rollouts/$id" params={{ id: String(id) }} className="row rollout-row">
      <Cells rollout={rollout} title={`Version ${version}`} under={`rollout ${id}, ${audienceText(to)}`} />
    </Link>
  )
}

function OfRelease({ rollout }: Extract<AnyRollout, { of: 'release' }>) {
  const { id, release, to } = rollout
  const under = `rollout ${id} of a release, ${unitTargetText(to)}`
  return (
    <Link to="/unit-rollouts/$id" params={{ id: String(id) }} className="row rollout-row">
      <Cells rollout={rollout} title={`Release ${release.name}`} under={under} />
    </Link>
  )
}

interface Told {
  rollout: {
    status: RolloutRecord['status']
    startAt?: string | null
    createdAt: string
    counts: RolloutCounts
    paused: { reason: string } | null
  }
  title: string
  under: string
}

function Cells({ rollout, title, under }: Told) {
  const { counts, createdAt } = rollout
  const { meaning, text } = rolloutState(rollout, useNow())
  const lost = counts.failed + counts.rolled_back
  return (
    <>
      <span>
        <strong>{title}</strong>
        <span className="reason one-line">{under}</span>
        {rollout.paused ? <span className="reason one-line said-held">{rollout.paused.reason}</span> : null}
      </span>
      <Mark meaning={meaning}>{text}</Mark>
      <Bar label={title} shares={sharesOf(counts)} />
      <span className="tally">
        <span className="number">
          {counts.updated.toLocaleString('en')} of {totalOf(counts).toLocaleString('en')} updated
        </span>
        {lost > 0 ? <Mark meaning="failed">{lost.toLocaleString('en')} not</Mark> : null}
      </span>
      <span className="aside end">
        <Moment at={createdAt} />
      </span>
    </>
  )
}
