import type { Clock } from '@windlass/platform'
import type { HealthCheck } from '@windlass/wire/oci'
import type { Executor, ObservedRun } from './executor.ts'

interface Patient {
  sound: boolean
  stop: AbortController
}

/** Runs the declared checks of running instances. One that stays sick is killed, and then
 * started again like any that ended. */
export class HealthWatch {
  readonly #executor: Executor
  readonly #clock: Clock
  readonly #changed: () => void
  readonly #patients = new Map<string, Patient>()

  constructor(executor: Executor, clock: Clock, changed: () => void) {
    this.#executor = executor
    this.#clock = clock
    this.#changed = changed
  }

  /** Whether the run counts as active; its checks begin with the first question. */
  judge(run: ObservedRun, check: HealthCheck | undefined): boolean {
    if (!check) return true
    const known = this.#patients.get(run.token)
    if (known) return known.sound
    const patient = { sound: false, stop: new AbortController() }
    this.#patients.set(run.token, patient)
    this.#attend(run, check, patient).catch(() => undefined)
    return false
  }

  /** Ends the checks of all other runs. */
  keep(tokens: readonly string[]): void {
    for (const [token, { stop }] of this.#patients) {
      if (tokens.includes(token)) continue
      stop.abort()
      this.#patients.delete(token)
    }
  }

  close(): void {
    this.keep([])
  }

  async #attend(run: ObservedRun, check: HealthCheck, patient: Patient): Promise<void> {
    const { signal } = patient.stop
    const from = this.#clock.uptime()
    for (let failures = 0; failures < check.retries; ) {
      await this.#clock.sleep(check.intervalMs, signal)
      const passed = await this.#executor.check(run.info, check, signal)
      const early = !patient.sound && this.#clock.uptime() - from < check.startPeriodMs
      if (passed) failures = 0
      else if (!early) failures += 1
      if (passed && !patient.sound) {
        patient.sound = true
        this.#changed()
      }
    }
    await this.#executor.kill(run.info)
    this.#changed()
  }
}
