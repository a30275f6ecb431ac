import { type InstanceOrder, instanceKey } from '@windlass/model/unit'
import type { Clock } from '@windlass/platform'
import type { HealthCheck } from '@windlass/wire/oci'
import { ServicesError, type ServicesErrorCode } from '../services-error.ts'
import type { Ended, Executor, ObservedRun, Traits } from './executor.ts'
import { defaultRestartRule } from './restart.ts'

/** A node whose services are entries of a map. What is not said to fail succeeds after `stepMs`. */
export class FakeExecutor implements Executor {
  readonly runs = new Map<string, ObservedRun>()
  readonly stored = new Set<string>()
  /** `fetch`, `start` or `stop` with an item's id or a manifest's digest behind: `start web`. */
  readonly failing = new Set<string>()
  failsWith: ServicesErrorCode = 'runtime'
  /** What was done, in order: `start web 1.0.0`. */
  readonly done: string[] = []
  readonly traitsOf = new Map<string, Traits>()
  /** Whether checks pass. */
  healthy = true
  readonly #clock: Clock
  readonly #stepMs: number
  readonly #listeners = new Set<() => void>()
  #tokens = 0

  constructor(clock: Clock, stepMs = 0) {
    this.#clock = clock
    this.#stepMs = stepMs
  }

  observe(): Promise<ObservedRun[]> {
    return Promise.resolve([...this.runs.values()])
  }

  images(): Promise<ReadonlySet<string>> {
    return Promise.resolve(new Set(this.stored))
  }

  traits(manifestDigest: string): Promise<Traits> {
    return Promise.resolve(this.traitsOf.get(manifestDigest) ?? { restart: defaultRestartRule })
  }

  async fetch(of: InstanceOrder, stop: AbortSignal): Promise<void> {
    await this.#step('fetch', of, stop)
    this.stored.add(of.manifestDigest)
  }

  async start(info: InstanceOrder): Promise<void> {
    const key = instanceKey(info.ident)
    const there = this.runs.get(key)
    if (there && !there.ended) throw new ServicesError('refused', `${key} runs already`)
    await this.#step('start', info)
    this.#tokens += 1
    this.runs.set(key, { info, token: String(this.#tokens), startedAt: this.#clock.now() })
  }

  async stop(info: InstanceOrder): Promise<void> {
    await this.#step('stop', info)
    this.runs.delete(instanceKey(info.ident))
  }

  async kill(info: InstanceOrder): Promise<void> {
    await this.#step('kill', info)
    this.end(info, { code: 137 })
  }

  check(_info: InstanceOrder, _check: HealthCheck, _stop: AbortSignal): Promise<boolean> {
    return Promise.resolve(this.healthy)
  }

  subscribe(heard: () => void): Disposable {
    this.#listeners.add(heard)
    return { [Symbol.dispose]: () => this.#listeners.delete(heard) }
  }

  /** A service ends by itself. */
  end(info: InstanceOrder, how: Partial<Ended> = {}): void {
    const key = instanceKey(info.ident)
    const run = this.runs.get(key)
    if (!run) throw new Error(`expected ${key} to run`)
    const { code = 1 } = how
    this.runs.set(key, { ...run, ended: { code, at: this.#clock.now(), why: `ended with ${code}`, ...how } })
    for (const heard of this.#listeners) heard()
  }

  async #step(what: string, info: InstanceOrder, stop?: AbortSignal): Promise<void> {
    if (this.#stepMs > 0) await this.#clock.sleep(this.#stepMs, stop)
    const { itemId } = info.ident
    if (this.failing.has(`${what} ${itemId}`)) throw new ServicesError(this.failsWith, `${what} ${itemId} fails`)
    this.done.push(`${what} ${itemId} ${info.version}`)
  }
}
