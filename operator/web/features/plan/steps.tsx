import type { RolloutOrder } from '@windlass/wire/operator'
import { countText } from '../../live/quantities.ts'
import { gateTexts, sizeText } from './phase-text.ts'

interface Given {
  /** All but the last, which takes the rest. */
  phases: NonNullable<RolloutOrder['phases']>
  /** How many the fleet says are in each. */
  told: readonly number[] | undefined
  one: 'device' | 'unit'
  /** What else is said of the last one. */
  children?: React.ReactNode
}

/** The phases of a rollout that is being made, each with how many are in it and when the next opens. */
export function Steps({ phases, told, one, children }: Given) {
  return (
    <ol className="plain steps">
      {phases.map(({ size, gate = {} }, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a phase has no name but its place
        <li key={at}>
          <Step what={sizeText(size, one)} count={told?.[at]} one={one} />
          <span className="reason">next at {gateTexts(gate).join(', ')}</span>
        </li>
      ))}
      <li>
        <Step what={phases.length > 0 ? 'all others' : 'all at once'} count={told?.[phases.length]} one={one} />
        {children}
      </li>
    </ol>
  )
}

function Step({ what, count, one }: { what: string; count: number | undefined; one: string }) {
  return (
    <span className="step">
      <b>{what}</b>
      <span className="note number">{count === undefined ? '' : countText(count, one)}</span>
    </span>
  )
}
