import type { InstallationSet } from '@windlass/model'
import { setIndex } from '@windlass/model'
import type { Ended, Processes } from '@windlass/platform'
import { UpdateError } from '../update-error.ts'
import type { Slots } from './port.ts'

const timeoutMs = 60_000

/** The integrator's three programs, found through PATH (updatehub.md 4.4). */
export function scriptSlots(processes: Processes): Slots {
  async function call(command: string, args: string[]): Promise<Ended> {
    let ended: Ended
    try {
      ended = await processes.run({ command, args, timeoutMs })
    } catch (cause) {
      const why = cause instanceof Error ? cause.message : String(cause)
      throw new UpdateError('slots_failed', `${command}: cannot be run: ${why}`, { cause })
    }
    if (ended.code === 0) return ended
    const how = ended.timedOut ? `no end after ${timeoutMs / 1000} s` : `exit status ${ended.code ?? ended.signal}`
    throw new UpdateError(
      'slots_failed',
      `${command}: expected exit status 0, got ${how} ${ended.stderr.trim()}`.trim(),
    )
  }

  return {
    async active(): Promise<InstallationSet> {
      const said = (await call('updatehub-active-get', [])).stdout.trim()
      if (said === '0') return 'a'
      if (said === '1') return 'b'
      throw new UpdateError('slots_failed', `updatehub-active-get: expected 0 or 1, got "${said.slice(0, 40)}"`)
    },
    async activate(set) {
      await call('updatehub-active-set', [String(setIndex(set))])
    },
    async validated() {
      await call('updatehub-active-validated', [])
    },
  }
}
