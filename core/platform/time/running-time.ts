import type { Log } from '../log/log.ts'
import type { Clock } from './clock.ts'

/**
 * How long a program has run, in all its lives together. What is kept for so many days counts by it: the wall clock of a device
 * may be set by years, and would then throw it away or keep it for ever. Time in which the program did not run does not count.
 */
export interface RunningTime {
  /** Milliseconds; never jumps. After a crash up to ten minutes less than it said before. */
  ms(): number
}

export interface RunningTimeRecords {
  /** 0 before it was ever saved. */
  runningMs(): number
  saveRunningMs(ms: number): void
}

const saveEveryMs = 10 * 60_000

export class KeptRunningTime implements RunningTime {
  readonly #clock: Clock
  readonly #records: RunningTimeRecords
  readonly #log: Log
  readonly #beganAt: number

  constructor(clock: Clock, records: RunningTimeRecords, log: Log) {
    this.#clock = clock
    this.#records = records
    this.#log = log
    this.#beganAt = clock.uptime() - records.runningMs()
  }

  ms(): number {
    return this.#clock.uptime() - this.#beganAt
  }

  /** Saves it now and then, until `stop` fires, and then once more. */
  async run(stop: AbortSignal): Promise<void> {
    while (!stop.aborted) {
      await this.#clock.sleep(saveEveryMs, stop).catch(() => undefined)
      try {
        this.#records.saveRunningMs(this.ms())
      } catch (error) {
        this.#log.warning('running time not saved', { why: error instanceof Error ? error.message : String(error) })
      }
    }
  }
}

export function memoryRunningTimeRecords(): RunningTimeRecords {
  let saved = 0
  return {
    runningMs: () => saved,
    saveRunningMs: (ms) => {
      saved = ms
    },
  }
}
