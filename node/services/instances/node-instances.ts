import { type InstanceOrder, type InstanceStatus, instanceKey } from '@windlass/model/unit'
import type { Clock, Log, RunningTime } from '@windlass/platform'
import { errorInfoOf, mayPass, ServicesError } from '../services-error.ts'
import type { Executor, ObservedRun, Traits } from './executor.ts'
import { type Face, mourn, newFace, statusOf } from './face.ts'
import { HealthWatch } from './health-watch.ts'
import { inParallel } from './in-parallel.ts'
import { plan, type Step } from './plan.ts'
import type { InstanceRecords } from './records.ts'
import { defaultRestartRule, retryAfterMs } from './restart.ts'
import { isSameOrder } from './same-order.ts'

export interface InstancesPorts {
  executor: Executor
  records: InstanceRecords
  clock: Clock
  time: RunningTime
  log: Log
  /** Hears of each life that ended by itself, once. */
  ended?: (run: ObservedRun) => void
}

/** `whole`: an order was carried out, here is everything. `changed`: these are otherwise now. */
export type Report = { kind: 'whole' | 'changed'; statuses: readonly InstanceStatus[] }

export interface InstancesRules {
  /** Steps at a time. */
  parallel: number
  /** How often runs are looked at without being told that one ended. */
  lookEveryMs: number
}

export const defaultInstancesRules: InstancesRules = { parallel: 4, lookEveryMs: 1000 }

/**
 * Makes the instances on this node equal to those ordered, and keeps them so. One loop moves everything: others leave an
 * order, and are told what came of it. An order that comes while another is carried out takes its place at once.
 */
export class NodeInstances {
  readonly #ports: InstancesPorts
  readonly #rules: InstancesRules
  readonly #health: HealthWatch
  readonly #listeners = new Set<(report: Report) => void>()
  #faces = new Map<string, Face>()
  #runs = new Map<string, ObservedRun>()
  #reported = new Map<string, string>()
  /** A whole report is owed. */
  #owed = true
  #offlineSince: number | undefined
  #reachable = false
  /** Fires when what is being done is out of date. */
  #outdated = new AbortController()
  #wake = new AbortController()

  constructor(ports: InstancesPorts, rules: InstancesRules = defaultInstancesRules) {
    this.#ports = ports
    this.#rules = rules
    this.#offlineSince = ports.records.offlineSince()
    this.#health = new HealthWatch(ports.executor, ports.clock, () => this.#wake.abort())
    this.#take(ports.records.instances())
  }

  /** What has been ordered and what was last seen of it. */
  statuses(): InstanceStatus[] {
    return [...this.#faces].map(([key, face]) => statusOf(face, this.#runs.get(key)))
  }

  /** Runs of instances that are ordered, as last seen. */
  running(): ObservedRun[] {
    return [...this.#runs.values()].filter(({ ended }) => !ended)
  }

  subscribe(heard: (report: Report) => void): Disposable {
    this.#listeners.add(heard)
    return { [Symbol.dispose]: () => this.#listeners.delete(heard) }
  }

  /** The complete set that is to run from now on; on disk when this returns (aoscore.md 5.9, W13). */
  order(instances: readonly InstanceOrder[]): void {
    this.#ports.records.saveInstances(instances)
    this.#take(instances)
    this.#owed = true
    this.#outdated.abort(new Error('a newer order came'))
    this.#wake.abort()
  }

  /** Whether the unit can be asked for images. What failed for want of it is tried again. */
  reach(reachable: boolean): void {
    this.#reachable = reachable
    if (!reachable) return
    for (const [key, face] of this.#faces) if (face.unreached) this.#faces.set(key, newFace(face.info))
    this.#wake.abort()
  }

  /** What the unit says of the cloud. The time of the loss outlives this process (W14). */
  connection(connected: boolean): void {
    const since = connected ? undefined : (this.#offlineSince ?? this.#ports.time.ms())
    if (since === this.#offlineSince) return
    this.#offlineSince = since
    this.#ports.records.saveOfflineSince(since)
    this.#wake.abort()
  }

  /** Until `quit` fires. The services run on after it. */
  async run(quit: AbortSignal): Promise<void> {
    const { executor, log } = this.#ports
    using _ends = executor.subscribe(() => this.#wake.abort())
    while (!quit.aborted) {
      this.#wake = new AbortController()
      this.#outdated = new AbortController()
      try {
        await this.#settle(AbortSignal.any([quit, this.#outdated.signal]))
      } catch (error) {
        if (!quit.aborted && !this.#outdated.signal.aborted) log.error('instances could not be settled', { error })
      }
      if (!this.#outdated.signal.aborted && !quit.aborted) await this.#rest(quit)
    }
    this.#health.close()
  }

  #take(instances: readonly InstanceOrder[]): void {
    const before = this.#faces
    this.#faces = new Map(
      instances.map((info) => {
        const known = before.get(instanceKey(info.ident))
        const kept = known && isSameOrder(known.info, info) && !known.error ? { ...known, info } : newFace(info)
        return [instanceKey(info.ident), kept]
      }),
    )
  }

  /** Rounds of steps until nothing is left to do now; a plan never outlives its round. */
  async #settle(stop: AbortSignal): Promise<void> {
    for (;;) {
      const images = await this.#look()
      stop.throwIfAborted()
      const held = new Set([...this.#faces].filter(([, face]) => this.#isHeld(face)).map(([key]) => key))
      const runs = [...this.#runs.values()].map(
        ({ info, ended }) => ({ info, state: ended ? 'ended' : 'running' }) as const,
      )
      const steps = plan({ runs, images, held, reachable: this.#reachable }, this.#wanted())
      if (steps.length === 0) break
      this.#tellChanges()
      const stuck = (await inParallel(steps, this.#rules.parallel, (step) => this.#do(step, stop))).includes(false)
      stop.throwIfAborted()
      if (stuck) break
    }
    this.#tell()
  }

  #wanted(): InstanceOrder[] {
    return [...this.#faces.values()].filter(({ offline }) => !offline).map(({ info }) => info)
  }

  #isHeld({ heldUntil }: Face): boolean {
    return heldUntil > this.#ports.clock.uptime()
  }

  /** Sees what is there, and deals with what ended since. */
  async #look(): Promise<ReadonlySet<string>> {
    const { executor, clock } = this.#ports
    const [runs, images] = await Promise.all([executor.observe(), executor.images()])
    this.#runs = new Map(runs.map((run) => [instanceKey(run.info.ident), run]))
    for (const [key, face] of this.#faces) {
      if (!images.has(face.info.manifestDigest)) continue
      const traits = await this.#traits(face.info)
      const run = this.#runs.get(key)
      const own = run && isSameOrder(run.info, face.info) ? run : undefined
      const mourned = own?.ended && own.token !== face.mournedToken ? mourn(face, own, traits, clock.uptime()) : face
      const offline = this.#isExpired(traits)
      const sound = own && !own.ended ? this.#health.judge(own, traits.health) : undefined
      // An order may have replaced the face meanwhile.
      if (this.#faces.get(key) !== face) continue
      this.#faces.set(key, { ...mourned, offline, ...(sound && own && { soundToken: own.token }) })
      if (mourned !== face && own?.ended) this.#tellEnd(own, mourned)
    }
    this.#health.keep(runs.filter(({ ended }) => !ended).map(({ token }) => token))
    return images
  }

  async #traits({ manifestDigest }: InstanceOrder): Promise<Traits> {
    try {
      return await this.#ports.executor.traits(manifestDigest)
    } catch {
      // Its image cannot be read; starting it will say why.
      return { restart: defaultRestartRule }
    }
  }

  #isExpired({ offlineTtlMs }: Traits): boolean {
    if (this.#offlineSince === undefined || offlineTtlMs === undefined) return false
    return this.#ports.time.ms() - this.#offlineSince >= offlineTtlMs
  }

  /** False when trying again at once would not help. */
  async #do(step: Step, stop: AbortSignal): Promise<boolean> {
    const info = step.do === 'fetch' ? step.of : step.do === 'stop' ? step.run.info : step.info
    const { executor, log, clock } = this.#ports
    const from = clock.uptime()
    try {
      stop.throwIfAborted()
      if (step.do === 'fetch') await executor.fetch(info, stop)
      else if (step.do === 'stop') await executor.stop(info)
      else await executor.start(info)
      const { itemId, subjectId, index } = info.ident
      const ms = Math.round(clock.uptime() - from)
      log.info(`instance ${done[step.do]}`, { item: itemId, subject: subjectId, index, version: info.version, ms })
      return true
    } catch (error) {
      if (stop.aborted) return true
      this.#fail(step.do, info, error)
      return step.do !== 'stop'
    }
  }

  /** Holds all that the failed step was for: for a while, or until the next order where that alone can help. */
  #fail(what: Step['do'], info: InstanceOrder, error: unknown): void {
    const why = errorInfoOf(error)
    const fields = { item: info.ident.itemId, version: info.version, why: why.message }
    this.#ports.log.warning(`instance not ${done[what]}`, fields)
    if (what === 'stop') return
    const unreached = error instanceof ServicesError && error.code === 'unreachable'
    for (const [key, face] of this.#faces) {
      const concerned =
        what === 'fetch' ? face.info.manifestDigest === info.manifestDigest : isSameOrder(face.info, info)
      if (!concerned) continue
      const { failures = 0 } = face
      const heldUntil = mayPass(error) ? this.#ports.clock.uptime() + retryAfterMs(failures) : Number.POSITIVE_INFINITY
      this.#faces.set(key, { ...face, error: why, unreached, heldUntil, failures: failures + 1 })
    }
  }

  #tellEnd(run: ObservedRun, { heldUntil }: Face): void {
    this.#ports.ended?.(run)
    const { info, ended } = run
    const { itemId, subjectId, index } = info.ident
    const restartInMs = Number.isFinite(heldUntil) ? Math.round(heldUntil - this.#ports.clock.uptime()) : 'never'
    const fields = { item: itemId, subject: subjectId, index, version: info.version }
    this.#ports.log.warning('instance ended', { ...fields, code: ended?.code, why: ended?.why, restartInMs })
  }

  #tell(): void {
    if (!this.#owed) return this.#tellChanges()
    this.#owed = false
    const statuses = this.statuses()
    this.#reported = new Map(statuses.map((status) => [instanceKey(status.ident), JSON.stringify(status)]))
    for (const heard of this.#listeners) heard({ kind: 'whole', statuses })
  }

  #tellChanges(): void {
    if (this.#owed) return
    const texts = this.statuses().map((status) => [status, JSON.stringify(status)] as const)
    const changed = texts.filter(([{ ident }, text]) => this.#reported.get(instanceKey(ident)) !== text)
    this.#reported = new Map(texts.map(([{ ident }, text]) => [instanceKey(ident), text]))
    if (changed.length === 0) return
    const statuses = changed.map(([status]) => status)
    for (const heard of this.#listeners) heard({ kind: 'changed', statuses })
  }

  /** Until something may have changed: an order, an end, a restart that is due, or a while. */
  async #rest(quit: AbortSignal): Promise<void> {
    const { clock } = this.#ports
    const due = [...this.#faces.values()].map(({ heldUntil }) => heldUntil - clock.uptime()).filter((ms) => ms > 0)
    const waitMs = Math.max(1, Math.min(this.#rules.lookEveryMs, ...due))
    await clock.sleep(waitMs, AbortSignal.any([quit, this.#wake.signal])).catch(() => undefined)
  }
}

const done: Readonly<Record<Step['do'], string>> = { fetch: 'fetched', stop: 'stopped', start: 'started' }
