import type { PhaseStanding, PlanRecord } from '@windlass/wire/operator'
import type { Meaning } from '../../live/meaning.ts'
import { countText, secondsText } from '../../live/quantities.ts'

type Phase = PlanRecord['phases'][number]

/** How many a phase takes, in words. `one`: of whom. */
export function sizeText(size: Phase['size'], one: 'device' | 'unit' = 'device'): string {
  // While it is typed it may be no number yet.
  if (Number.isNaN('count' in size ? size.count : 'percent' in size ? size.percent : 0)) return `how many ${one}s?`
  if ('count' in size) return countText(size.count, one)
  if ('group' in size) return `group ${size.group}`
  return 'percent' in size ? `${size.percent} % of the ${one}s` : 'all others'
}

/** What must hold before the next phase opens, and what pauses the rollout: a few words each. */
export function gateTexts({ successPercent = 100, soakSeconds = 0, approval, failureLimit }: Phase['gate']): string[] {
  return [
    `${successPercent} % updated`,
    ...(soakSeconds > 0 ? [`for ${secondsText(soakSeconds)}`] : []),
    ...(approval ? [`${approval.needed} of ${approval.by.join(', ')} say yes`] : []),
    ...(failureLimit === undefined ? [] : [`pauses at ${countText(failureLimit, 'failure')}`]),
  ]
}

/** What a phase looks like: a closed one waits, an open one runs unless the rollout stands. */
export function phaseMeaning(state: PhaseStanding['state'], status: 'running' | 'paused' | 'aborted'): Meaning {
  if (state === 'passed') return 'done'
  if (state === 'closed') return 'waiting'
  return status === 'running' ? 'running' : 'held'
}
