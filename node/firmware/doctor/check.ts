import type { Clock, Files, Http, Processes } from '@windlass/platform'
import type { Mounts } from '../objects/mounts.ts'
import type { Settings } from '../settings.ts'
import type { Slots } from '../slots/port.ts'

/** The device that is examined, through the means that the agent would use. */
export interface Patient {
  settings: Settings
  files: Files
  processes: Processes
  http: Http
  clock: Clock
  mounts: Pick<Mounts, 'list'>
  slots: Slots
}

/** `warning`: an update works, but less well or less safely than it could. `wrong`: no update, or none that is safe. */
export type Verdict = 'ok' | 'warning' | 'wrong'

/** What was found; `advice` is the next step, empty where none is needed. */
export interface Finding {
  verdict: Verdict
  came: string
  advice: string
}

/** One line of the integrator's guide. What `look` throws counts as wrong. */
export interface Check {
  name: string
  expected: string
  look(patient: Patient): Promise<Finding>
}

export const ok = (came: string): Finding => ({ verdict: 'ok', came, advice: '' })
export const warning = (came: string, advice: string): Finding => ({ verdict: 'warning', came, advice })
export const wrong = (came: string, advice: string): Finding => ({ verdict: 'wrong', came, advice })
