import type { PhaseStanding, PlanRecord, RolloutRecord } from '@windlass/wire/operator'
import { sharesOf, totalOf } from '../../parts/counted.tsx'
import { Mark } from '../../parts/mark.tsx'
import { Panel } from '../../parts/page.tsx'
import { Bar } from '../../parts/proportion.tsx'
import { Approve } from './approve.tsx'
import { gateTexts, phaseMeaning, sizeText } from './phase-text.ts'

/** A rollout of either kind, as far as its phases go. */
export interface Phased {
  status: RolloutRecord['status']
  phase: number
  plan: PlanRecord
  phases: readonly PhaseStanding[]
}

interface Given {
  rollout: Phased
  one: 'device' | 'unit'
  onApprove: (who: string) => Promise<unknown>
}

/** The phases one below the other: how far each is, where its gate stands, what keeps the next one closed. */
export function Phases({ rollout, one, onApprove }: Given) {
  return (
    <Panel title="Phases" note={`${rollout.phase} of ${rollout.phases.length} open`}>
      <ol className="plain phases">
        {rollout.phases.map((standing, index) => {
          const planned = rollout.plan.phases[index]
          return planned ? (
            <Phase key={standing.number} standing={standing} planned={planned} {...{ rollout, one, onApprove }} />
          ) : null
        })}
      </ol>
    </Panel>
  )
}

interface OnePhase extends Given {
  standing: PhaseStanding
  planned: PlanRecord['phases'][number]
}

function Phase({ standing, planned: { size, gate }, rollout, one, onApprove }: OnePhase) {
  const { number, state, counts, waitsFor } = standing
  const total = totalOf(counts)
  const last = number === rollout.phases.length
  const meaning = phaseMeaning(state, rollout.status)
  return (
    <li className="phase" data-meaning={meaning} aria-label={`Phase ${number}`}>
      <div>
        <h3>Phase {number}</h3>
        <p className="note">{sizeText(size, one)}</p>
        <Mark meaning={meaning}>
          {state === 'open' && rollout.status === 'running' ? 'open' : wordOf(state, rollout.status)}
        </Mark>
      </div>
      <div>
        <div className="gated">
          <Bar label={`Phase ${number}`} shares={sharesOf(counts)} />
          {last ? null : <Threshold percent={gate.successPercent ?? 100} />}
        </div>
        <p className="tally">
          <span className="number">
            {counts.updated.toLocaleString('en')} of {total.toLocaleString('en')} updated
            {total > 0 ? `, ${Math.floor((100 * counts.updated) / total)} %` : ''}
          </span>
          <Lost counts={counts} limit={gate.failureLimit} />
        </p>
        {waitsFor.length > 0 ? (
          <ul className="plain waits" aria-label="What it waits for">
            {waitsFor.map((text) => (
              <li key={text}>
                <Mark meaning="waiting" long>
                  {text}
                </Mark>
              </li>
            ))}
          </ul>
        ) : null}
      </div>
      <div>
        <p className="note">{last ? 'the last one' : 'opens the next at'}</p>
        {last ? null : <p>{gateTexts(gate).join(', ')}</p>}
        {gate.approval && state === 'open' && rollout.status !== 'aborted' ? (
          <Approve phase={number + 1} by={gate.approval.by} onApprove={onApprove} />
        ) : null}
      </div>
    </li>
  )
}

function wordOf(state: PhaseStanding['state'], status: RolloutRecord['status']): string {
  return state === 'open' ? status : state
}

/** Where the share of updated devices has to be for the gate. */
function Threshold({ percent }: { percent: number }) {
  return <span className="threshold" style={{ left: `${percent}%` }} title={`The gate: ${percent} % updated`} />
}

function Lost({ counts, limit }: { counts: PhaseStanding['counts']; limit: number | undefined }) {
  const lost = counts.failed + counts.rolled_back
  if (lost === 0) return null
  return (
    <Mark meaning="failed">
      {lost.toLocaleString('en')} failed or went back{limit === undefined ? '' : ` of ${limit} that pause it`}
    </Mark>
  )
}
