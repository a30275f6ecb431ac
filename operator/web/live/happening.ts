import type { FleetEvent } from '@windlass/wire/operator'
import { type Meaning, standingMeaning, statusMeaning, unitMeaning } from './meaning.ts'
import { plainWord } from './quantities.ts'

/** An event as one line: what happened, what it means, and the page of whom it concerns. */
export interface Happening {
  at: string
  what: string
  meaning: Meaning
  about: { page: 'device' | 'unit' | 'rollout' | 'unit rollout' | 'packages'; id: string } | null
}

export function happeningOf(event: FleetEvent): Happening {
  const { at } = event
  switch (event.kind) {
    case 'connected':
      return { at, what: 'the console is connected', meaning: 'done', about: null }
    case 'package':
      return { at, what: `package ${event.change}`, meaning: 'waiting', about: { page: 'packages', id: event.package } }
    case 'rollout':
      return { at, ...rolloutNews(event), about: { page: 'rollout', id: String(event.rollout) } }
    case 'unit_rollout': {
      const { what, meaning } = rolloutNews(event)
      return { at, what, meaning, about: { page: 'unit rollout', id: String(event.rollout) } }
    }
    case 'device':
      return {
        at,
        what: event.change === 'retry' ? 'may try once more' : `${event.change}, runs ${event.version || 'no version'}`,
        meaning: statusMeaning(event.status),
        about: { page: 'device', id: event.device },
      }
    case 'report': {
      const what = event.errorMessage ? `reports ${event.status}: ${event.errorMessage}` : `reports ${event.status}`
      return { at, what, meaning: statusMeaning(event.status), about: { page: 'device', id: event.device } }
    }
    case 'attempt': {
      const what = `${event.version ?? 'package'} ${plainWord(event.state)}${event.reason ? `: ${event.reason}` : ''}`
      return { at, what, meaning: standingMeaning[event.state], about: { page: 'device', id: event.device } }
    }
    case 'group':
      return { at, what: `group ${event.group} ${event.change}`, meaning: 'waiting', about: null }
    case 'unit_group':
      return { at, what: `group of units ${event.group} ${event.change}`, meaning: 'waiting', about: null }
    case 'unit_labels':
      return { at, what: `labels of ${event.units} units changed`, meaning: 'waiting', about: null }
    case 'labels':
      return { at, what: `labels of ${event.devices} devices changed`, meaning: 'waiting', about: null }
    case 'unit':
      return {
        at,
        what: `${event.change}, ${plainWord(event.standing)}`,
        meaning: event.change === 'disconnected' ? 'held' : unitMeaning[event.standing],
        about: { page: 'unit', id: event.unit },
      }
  }
}

function rolloutNews({ change, detail }: Extract<FleetEvent, { kind: 'rollout' | 'unit_rollout' }>) {
  const held = change === 'paused' || change === 'aborted' || change === 'taken_back'
  const meaning: Meaning = held ? 'held' : 'running'
  return { what: `rollout ${plainWord(change)}${detail === undefined ? '' : `: ${detail}`}`, meaning }
}
