import { setIndex } from '@windlass/model'
import type { Processes } from '@windlass/platform'
import { UpdateError } from '../update-error.ts'
import { runBootProgram } from './boot-program.ts'
import type { Slots } from './port.ts'

/** The integrator's three programs, found through PATH (updatehub.md 4.4). */
export function scriptSlots(processes: Processes): Slots {
  return {
    async active() {
      const said = (await runBootProgram(processes, { command: 'updatehub-active-get' })).stdout.trim()
      if (said === '0') return 'a'
      if (said === '1') return 'b'
      throw new UpdateError('slots_failed', `updatehub-active-get: expected 0 or 1, got "${said.slice(0, 40)}"`)
    },
    async activate(set) {
      await runBootProgram(processes, { command: 'updatehub-active-set', args: [String(setIndex(set))] })
    },
    async validated() {
      await runBootProgram(processes, { command: 'updatehub-active-validated' })
    },
  }
}
