import type { ComponentStatus, ComponentUpdate, UpdateManagerStatus } from '@windlass/model/unit'
import type { Clock, Log } from '@windlass/platform'
import type { Firmware } from '../ports.ts'
import { UnitError } from '../unit-error.ts'
import type { ManagerLinks } from './manager-links.ts'
import { nextStep, type Phase, reasonOf } from './next-step.ts'
import type { UpdateRecord, UpdateState } from './update-record.ts'

/** `connectMs`: how long a manager that is needed may stay away; `answerMs`: how long it may work on one command. */
export interface FirmwareTimes {
  connectMs: number
  answerMs: number
}

/** Upstream's connection timer; and, ours, the same patience with a manager that is there and says nothing (W20). */
export const usualTimes: FirmwareTimes = { connectMs: 600_000, answerMs: 600_000 }

/** `expected`: the nodes that have an update manager. */
type Ports = {
  links: ManagerLinks
  record: UpdateRecord
  clock: Clock
  log: Log
  times?: FirmwareTimes
  expected?: () => readonly string[]
}
type Running = Exclude<Phase, 'none'>

/**
 * The unit's update managers, one after the other by priority and phase by phase: all are prepared before one is started,
 * all updated before one is applied (aoscore.md 7.3). Which command a manager gets follows from what it reports, so that a
 * lost stream, a reboot or a restart of this program only repeats a question.
 */
export class UnitFirmware implements Firmware {
  readonly #links: ManagerLinks
  readonly #record: UpdateRecord
  readonly #clock: Clock
  readonly #log: Log
  readonly #times: FirmwareTimes
  readonly #expected: () => readonly string[]
  #state: UpdateState
  /** Nodes that were told to prepare the updates of `#state` by this process. */
  readonly #prepared = new Set<string>()

  constructor({ links, record, clock, log, times = usualTimes, expected = () => [] }: Ports) {
    this.#links = links
    this.#record = record
    this.#clock = clock
    this.#log = log
    this.#times = times
    this.#expected = expected
    this.#state = record.load()
    links.watch(() => this.#tidyUp())
    this.#tidyUp()
  }

  managers(): readonly (UpdateManagerStatus & { connected: boolean })[] {
    return this.#links.list().map(({ status, link }) => ({ ...status, connected: link !== undefined }))
  }

  components(): readonly (ComponentStatus & { nodeId: string })[] {
    const reported = this.#links
      .list()
      .flatMap(({ status }) => status.components.map((component) => ({ ...component, nodeId: status.nodeId })))
    const isReported = (one: ComponentStatus & { nodeId: string }) =>
      reported.some((r) => r.nodeId === one.nodeId && r.componentId === one.componentId && r.version === one.version)
    return [...reported, ...this.#state.failures.filter((failure) => !isReported(failure))]
  }

  watch(changed: () => void): () => void {
    return this.#links.watch(changed)
  }

  async gather(stop: AbortSignal): Promise<void> {
    const end = this.#clock.uptime() + this.#times.connectMs
    for (;;) {
      stop.throwIfAborted()
      const missing = this.#expected().filter((nodeId) => !this.#links.find(nodeId))
      if (missing.length === 0 || this.#clock.uptime() >= end) return
      await this.#untilAnyHeard(end - this.#clock.uptime(), stop)
    }
  }

  async prepare(updates: ReadonlyMap<string, readonly ComponentUpdate[]>, stop: AbortSignal): Promise<void> {
    const wanted = new Map([...updates].filter(([, list]) => list.length > 0))
    this.#save({ phase: wanted.size > 0 ? 'prepare' : 'none', updates: wanted, failures: [] })
    this.#prepared.clear()
    this.#tidyUp()
    await this.#phase('prepare', stop)
  }

  async start(stop: AbortSignal): Promise<void> {
    if (this.#state.phase === 'none') return
    this.#save({ ...this.#state, phase: 'start' })
    await this.#phase('start', stop)
  }

  async apply(stop: AbortSignal): Promise<void> {
    if (this.#state.phase === 'none') return
    this.#save({ ...this.#state, phase: 'apply' })
    await this.#phase('apply', stop)
    this.#save({ phase: 'none', updates: new Map(), failures: [] })
  }

  async revert(stop: AbortSignal): Promise<void> {
    if (this.#state.phase === 'none') return
    this.#save({ ...this.#state, phase: 'revert' })
    await this.#phase('revert', stop)
    this.#save({ phase: 'none', updates: new Map(), failures: this.#state.failures })
  }

  #save(state: UpdateState): void {
    this.#record.save(state)
    this.#state = state
  }

  async #phase(phase: Running, stop: AbortSignal): Promise<void> {
    const done = new Set<string>()
    const rest = () => [...this.#state.updates.keys()].filter((nodeId) => !done.has(nodeId))
    // The order is looked up each time: a manager that was away has told its priority only now.
    for (let nodeId = this.#first(rest()); nodeId !== undefined; nodeId = this.#first(rest())) {
      await this.#bring(nodeId, phase, stop)
      done.add(nodeId)
    }
  }

  /** Managers that never spoke have the lowest priority, until they do. */
  #first(nodeIds: readonly string[]): string | undefined {
    const known = this.#links.list().find(({ status }) => nodeIds.includes(status.nodeId))
    return known?.status.nodeId ?? nodeIds[0]
  }

  /** Tells one manager what its state asks for, until its part in the phase is done. */
  async #bring(nodeId: string, phase: Running, stop: AbortSignal): Promise<void> {
    // Each stream has the whole time: a manager that came back may have a reboot behind it.
    let patience = this.#patience(nodeId)
    for (;;) {
      stop.throwIfAborted()
      const manager = this.#links.find(nodeId)
      if (manager?.link?.stream !== patience.stream) patience = this.#patience(nodeId)
      if (manager?.link) {
        const { status, link } = manager
        const updates = this.#state.updates.get(nodeId) ?? []
        const step = nextStep(phase, { status, updates, told: link.told, prepared: this.#prepared.has(nodeId) })
        if (step.do === 'done') return
        if (step.do === 'fail') throw this.#failed(status, updates, step.why)
        if (step.do === 'tell') {
          if (step.command.kind === 'prepare') this.#prepared.add(nodeId)
          this.#links.tell(manager, step.command)
          patience = this.#patience(nodeId)
        }
      }
      await this.#untilHeard(nodeId, patience.until, stop)
    }
  }

  async #untilAnyHeard(ms: number, stop: AbortSignal): Promise<void> {
    const heard = new AbortController()
    const unwatch = this.#links.watch(() => heard.abort())
    await this.#clock.sleep(ms, AbortSignal.any([stop, heard.signal])).catch(() => undefined)
    unwatch()
  }

  #patience(nodeId: string) {
    const stream = this.#links.find(nodeId)?.link?.stream
    return { stream, until: this.#clock.uptime() + (stream ? this.#times.answerMs : this.#times.connectMs) }
  }

  /** Until this manager speaks, goes or comes. @throws UnitError `node_away` when the time is over: nothing is known of its firmware */
  async #untilHeard(nodeId: string, until: number, stop: AbortSignal): Promise<void> {
    const before = this.#links.find(nodeId)
    const [status, stream] = [before?.status, before?.link?.stream]
    const heard = Promise.withResolvers<void>()
    const unwatch = this.#links.watch(() => {
      const now = this.#links.find(nodeId)
      if (now?.status !== status || now?.link?.stream !== stream) heard.resolve()
    })
    const over = new AbortController()
    try {
      const ms = Math.max(1, until - this.#clock.uptime())
      const late = this.#clock.sleep(ms, AbortSignal.any([stop, over.signal])).then(() => {
        const what = stream ? `was told to ${before?.link?.told ?? 'go on'} and does not answer` : 'does not connect'
        throw new UnitError('node_away', `node ${nodeId}: its update manager ${what}`)
      })
      await Promise.race([heard.promise, late])
    } finally {
      unwatch()
      over.abort()
    }
  }

  #failed(status: UpdateManagerStatus, updates: readonly ComponentUpdate[], why: string): UnitError {
    const { nodeId } = status
    const told = status.components.filter(({ state }) => state === 'error')
    const all = updates.map(({ componentId, componentType, version }) => ({ componentId, componentType, version }))
    const failures = told.length > 0 ? told : all.map((one) => ({ ...one, state: 'error' as const }))
    this.#save({ ...this.#state, failures: failures.map((failure) => ({ ...failure, nodeId })) })
    return new UnitError('component_failed', `node ${nodeId}: ${why}`)
  }

  /** A manager that takes no part in an update, and stands in the middle of one, is led out of it. */
  #tidyUp(): void {
    for (const manager of this.#links.list()) {
      if (manager.status.state === 'idle' || !manager.link || manager.link.told !== undefined) continue
      const { nodeId, state } = manager.status
      if (this.#state.phase !== 'none' && this.#state.updates.has(nodeId)) continue
      this.#log.warning('update manager in the middle of an update that nobody ordered', {
        node: nodeId,
        state,
        why: reasonOf(manager.status),
      })
      this.#links.tell(manager, { kind: 'revert' })
    }
  }
}
