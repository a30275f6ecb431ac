import { join } from 'node:path'
import type { FailureCode } from '@windlass/model'
import type { Ended, Files, Log, Processes } from '@windlass/platform'
import { UpdateError } from '../update-error.ts'

/** The integrator's say in an update (updatehub.md 2.3, 4.5). A callback that is not there agrees. */
export interface Callbacks {
  /** @throws UpdateError `callback_failed` */
  stateChange(state: string, stop: AbortSignal): Promise<'go' | 'cancel'>
  /** Is the new set fit to stay? @throws UpdateError `validate_failed` */
  validate(stop: AbortSignal): Promise<void>
  /** @throws UpdateError `callback_failed` */
  rollback(stop: AbortSignal): Promise<void>
}

const mostSaid = 300 // characters of a callback's last words in a report

type Ports = { files: Files; processes: Processes; log: Log }

/** The callbacks in the firmware metadata folder. One that runs longer than `timeoutMs` is killed and counts as failed. */
export function scriptCallbacks(folder: string, timeoutMs: number, ports: Ports): Callbacks {
  async function call(name: string, args: string[], code: FailureCode, stop: AbortSignal): Promise<string> {
    const command = join(folder, name)
    if (!(await ports.files.facts(command))) return ''
    const ended = await run(command, args, code, stop)
    for (const line of ended.stderr.trim().split('\n')) if (line) ports.log.error(line, { callback: name })
    if (ended.timedOut) throw new UpdateError(code, `${name}: killed after ${timeoutMs / 1000} s`)
    if (ended.code !== 0) {
      const said = ended.stderr.trim().split('\n').at(-1)?.slice(0, mostSaid)
      const how = `${name}: expected exit status 0, got ${ended.code ?? ended.signal}`
      throw new UpdateError(code, said ? `${how}: ${said}` : how)
    }
    return ended.stdout.trim()
  }

  async function run(command: string, args: string[], code: FailureCode, stop: AbortSignal): Promise<Ended> {
    try {
      return await ports.processes.run({ command, args, timeoutMs }, stop)
    } catch (cause) {
      stop.throwIfAborted()
      throw new UpdateError(
        code,
        `${command}: cannot be run: ${cause instanceof Error ? cause.message : String(cause)}`,
        {
          cause,
        },
      )
    }
  }

  return {
    async stateChange(state, stop) {
      const said = await call('state-change-callback', [state], 'callback_failed', stop)
      if (said === '') return 'go'
      if (said === 'cancel') return 'cancel'
      const text = `state-change-callback: expected "cancel" or nothing, got "${said.slice(0, 80)}"`
      throw new UpdateError('callback_failed', text)
    },
    async validate(stop) {
      await call('validate-callback', [], 'validate_failed', stop)
    },
    async rollback(stop) {
      await call('rollback-callback', [], 'callback_failed', stop)
    },
  }
}
