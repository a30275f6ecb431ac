import type { PhaseStanding, PlanRecord } from '@windlass/wire/operator'
import type { Meaning } from '../../live/meaning.ts'
import { countText, secondsText } from '../../live/quantities.ts'

type Phase = PlanRecord['phases'][number]

/** How many devices a phase takes, in words. */
export function sizeText(size: Phase['size']): string {
  if ('count' in size) return countText(size.count, 'device')
  return 'percent' in size ? `${size.percent} % of the devices` : 'all others'
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
