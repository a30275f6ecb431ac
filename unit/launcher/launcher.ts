import {
  type EnvOverride,
  type EnvVarStatus,
  type ErrorInfo,
  errorInfo,
  type InstanceStatus,
  instanceKey,
} from '@windlass/model/unit'
import type { Launcher, NodeNews, Placement, RunRequest } from '../ports.ts'
import { averagesOf } from './averages.ts'
import { componentStatuses, isUpdating } from './components.ts'
import { renumbered, withOrders } from './orders.ts'
import { overrideStatuses, stillValid, variablesFor } from './overrides.ts'
import { Placer, type PlacerState } from './placer.ts'
import type { LauncherPorts, LauncherRules } from './ports.ts'
import { Presence } from './presence.ts'
import { nothing, Records } from './records.ts'
import { Roster } from './roster.ts'
import { changedStatuses, serviceStatuses } from './statuses.ts'
import { Telling } from './telling.ts'

const day = 24 * 60 * 60_000

/** The unit's launcher (aoscore.md 5). Works from when it is made until the signal that `start` got fires. */
export class UnitLauncher implements Launcher {
  readonly #ports: LauncherPorts
  readonly #rules: LauncherRules
  readonly #records: Records
  readonly #presence: Presence
  readonly #placer: Placer
  readonly #telling: Telling
  readonly #roster: Roster
  readonly #watchers = new Set<(changed: readonly InstanceStatus[]) => void>()
  /** Instances waited for in vain, by node and instance. */
  readonly #overdue = new Map<string, ErrorInfo>()
  /** What is to run; undefined before the first `run`: until then nobody is told anything. */
  #current: Placement | undefined
  /** Between `run` and `confirm` or `restore`. */
  #isUpdating: boolean
  #overrides: readonly EnvOverride[]
  #subjects: ReadonlySet<string> = new Set()
  #published: readonly InstanceStatus[] = []
  /** Something happened that may move instances; `relieve`: a node is overloaded. */
  #due: { relieve: boolean } | undefined
  readonly #foldersMade = new Set<string>()
  #turn: Promise<unknown> = Promise.resolve()
  #isBringing = false
  #wakers = new Set<() => void>()
  #absence = new AbortController()

  constructor(ports: LauncherPorts, rules: LauncherRules) {
    this.#ports = ports
    this.#rules = rules
    this.#records = new Records(ports.database)
    const { nodes, clock } = ports
    const isRestarting = (nodeId: string) => this.#isRestarting(nodeId)
    const expected = () => [...(this.#current ?? nothing).nodes.keys()]
    this.#presence = new Presence({ nodes, clock, isRestarting, expected }, rules)
    this.#placer = new Placer(ports, this.#presence)
    this.#telling = new Telling(ports.nodes, this.#records, ports.log)
    this.#roster = new Roster(this.#records, ports.clock)
    this.#current = this.#records.set('current')
    this.#isUpdating = this.#records.set('before') !== undefined
    this.#overrides = this.#records.overrides()
  }

  /** Follows the nodes from now on. */
  start(stop: AbortSignal): void {
    const { nodes, firmware } = this.#ports
    const ends = [nodes.watch((news) => this.#onNews(news)), firmware.watch(() => this.#publish())]
    stop.addEventListener('abort', () => {
      for (const end of ends) end()
      this.#absence.abort(stop.reason)
    })
    this.#replaceSoon()
    this.#repeat(this.#rules.checkOverridesMs, stop, async () => this.#dropExpired())
    this.#repeat(day, stop, () => this.#roster.expire(this.#rules.instanceTtlMs, this.#ports.states))
  }

  async place(requests: readonly RunRequest[], stop?: AbortSignal): Promise<Placement> {
    const end = this.#ports.clock.uptime() + this.#presence.waitMs()
    for (;;) {
      stop?.throwIfAborted()
      const left = Math.min(end - this.#ports.clock.uptime(), this.#presence.waitMs())
      if (left <= 0) return await this.#placer.place(requests, this.#state())
      await this.#news(left, stop)
    }
  }

  async run(placement: Placement, stop: AbortSignal): Promise<void> {
    await this.#exclusive(async () => {
      this.#records.transaction(() => {
        if (!this.#isUpdating) this.#records.saveSet('before', this.#current ?? nothing)
        this.#adopt(renumbered(placement, this.#roster.identities))
      })
      this.#isUpdating = true
      await this.#bring(stop)
    })
  }

  async restore(stop: AbortSignal): Promise<void> {
    await this.#exclusive(async () => {
      const before = this.#records.set('before')
      if (!before) return
      const state = { ...this.#state(), current: before }
      const placement = this.#isAllThere(before)
        ? this.#withOverrides(before)
        : await this.#placer.place(before.requests, state)
      this.#records.transaction(() => this.#adopt(placement))
      await this.#bring(stop)
      await this.confirm()
    })
  }

  async confirm(): Promise<void> {
    this.#records.transaction(() => {
      this.#records.forgetSet('before')
      this.#roster.retire(this.#current ?? nothing, this.#subjects)
    })
    this.#isUpdating = false
  }

  statuses(): readonly InstanceStatus[] {
    const { nodes, firmware, states } = this.#ports
    const placement = this.#current ?? nothing
    const heard = {
      placement,
      instances: (nodeId: string) => nodes.instances(nodeId),
      nodeIds: nodes.list().map(({ nodeId }) => nodeId),
      overdue: this.#overdue,
    }
    return [...serviceStatuses(heard), ...componentStatuses(firmware, placement.components, nodes.list())].map(
      (status) => {
        const stateChecksum = states.checksum(status.ident)
        return stateChecksum === undefined ? status : { ...status, stateChecksum }
      },
    )
  }

  watch(changed: (instances: readonly InstanceStatus[]) => void): () => void {
    this.#watchers.add(changed)
    return () => this.#watchers.delete(changed)
  }

  /** The subjects that the unit's identity names now (aoscore.md 5.5). */
  setSubjects(subjects: readonly string[]): void {
    this.#subjects = new Set(subjects)
    this.#replaceSoon()
  }

  /** Replaces all overrides (aoscore.md 5.6). Instances whose variables change are started again. */
  overrideEnvVars(items: readonly EnvOverride[]): readonly EnvVarStatus[] {
    this.#setOverrides(stillValid(items, this.#ports.clock.now()))
    const placed = [...(this.#current ?? nothing).nodes.values()].flat()
    return overrideStatuses(
      this.#overrides,
      placed.map(({ ident }) => ident),
    )
  }

  #onNews(news: NodeNews): void {
    if (news.kind === 'gone' || (news.kind === 'status' && !news.node.isConnected))
      this.#telling.left(news.kind === 'gone' ? news.nodeId : news.node.nodeId)
    if (news.kind === 'gone' || news.kind === 'status') this.#replaceSoon()
    if (news.kind === 'instances' && news.whole) this.#onWhole(news.nodeId)
    if (news.kind === 'fact' && isOverload(news.fact)) this.#replaceSoon(true)
    this.#publish()
  }

  /** A node that comes back may be given instances first; only then it is seen whether it runs the right ones. */
  #onWhole(nodeId: string): void {
    if (!this.#telling.isGreeted(nodeId)) this.#replaceSoon()
    else if (this.#current) void this.#telling.heard(nodeId, this.#current).then(() => this.#wake())
  }

  #replaceSoon(relieve = false): void {
    this.#due = { relieve: relieve || this.#due?.relieve === true }
    this.#wake()
    this.#watchAbsence()
    if (this.#isBringing) return
    void this.#exclusive(async () => {
      while (this.#due) await this.#replace()
    }).catch((error: unknown) => this.#ports.log.error('instances not placed again', { error }))
  }

  async #replace(): Promise<void> {
    const relieve = this.#due?.relieve === true
    this.#due = undefined
    const current = this.#current
    if (!current) return
    const averages = relieve ? await averagesOf(this.#here(), this.#ports.nodes, this.#ports.clock) : undefined
    const placed = await this.#placer.place(current.requests, this.#state(), averages)
    this.#move(keepingComponents(placed, current), current)
    await this.#makeFolders()
    const here = this.#here()
    await this.#telling.tellChanged(
      here.filter((nodeId) => this.#telling.isGreeted(nodeId)),
      this.#current ?? nothing,
    )
    for (const nodeId of here.filter((one) => !this.#telling.isGreeted(one)))
      await this.#telling.heard(nodeId, this.#current ?? nothing)
    this.#publish()
  }

  #move(placement: Placement, current: Placement): void {
    if (
      JSON.stringify([...placement.nodes, placement.homeless]) === JSON.stringify([...current.nodes, current.homeless])
    )
      return
    this.#records.transaction(() => {
      this.#adopt(placement)
      if (!this.#isUpdating) this.#roster.retire(placement, this.#subjects)
    })
  }

  #adopt(placement: Placement): void {
    this.#records.saveSet('current', placement)
    this.#roster.admit(placement)
    this.#current = placement
  }

  /** Tells every node, and waits until all answered and no service is on its way any more. */
  async #bring(stop: AbortSignal): Promise<void> {
    const { clock } = this.#ports
    const end = clock.uptime() + this.#rules.runMs
    this.#overdue.clear()
    this.#isBringing = true
    try {
      await this.#makeFolders()
      await this.#telling.tellAll(this.#here(), this.#current ?? nothing)
      for (;;) {
        this.#publish()
        stop.throwIfAborted()
        if (this.#due) await this.#replace()
        else if (this.#open().length === 0) break
        else if (clock.uptime() >= end) break
        else await this.#news(end - clock.uptime(), stop)
      }
      this.#giveUp()
    } finally {
      this.#isBringing = false
      if (this.#due) this.#replaceSoon(this.#due.relieve)
    }
  }

  /** Nodes that did not answer, and services that are still on their way. Components may be: they may need a restart. */
  #open(): readonly unknown[] {
    const silent = this.#here().filter((nodeId) => this.#telling.isAwaited(nodeId))
    return [...silent, ...this.#comingServices()]
  }

  #comingServices(): InstanceStatus[] {
    return this.statuses().filter(({ ident, state }) => state === 'activating' && ident.type === 'service')
  }

  #giveUp(): void {
    for (const { ident, nodeId } of this.#comingServices())
      this.#overdue.set(
        `${nodeId} ${instanceKey(ident)}`,
        errorInfo('timeout', `not active within ${this.#rules.runMs / 60_000} minutes`),
      )
    this.#publish()
  }

  async #makeFolders(): Promise<void> {
    const { images, states } = this.#ports
    for (const order of [...(this.#current ?? nothing).nodes.values()].flat()) {
      const { ident, version, manifestDigest, storagePath, statePath, uid, gid } = order
      const made = JSON.stringify([ident, manifestDigest, uid, gid])
      if ((storagePath === '' && statePath === '') || this.#foldersMade.has(made)) continue
      const { variants } = await images.documents(ident.itemId, version)
      const quotas = variants.find(({ digest }) => digest === manifestDigest)?.item?.quotas ?? {}
      await states.prepare(ident, quotas, { uid, gid })
      this.#foldersMade.add(made)
    }
  }

  #state(): PlacerState {
    return {
      current: this.#current ?? nothing,
      identities: this.#roster.identities,
      overrides: this.#overrides,
      subjects: this.#subjects,
    }
  }

  #here(): string[] {
    const { nodes } = this.#ports
    return nodes
      .list()
      .filter((node) => this.#presence.isHere(node))
      .map(({ nodeId }) => nodeId)
  }

  #isAllThere({ nodes }: Placement): boolean {
    return [...nodes].every(([nodeId, orders]) => orders.length === 0 || this.#presence.stateOf(nodeId) !== 'closed')
  }

  /** Its update manager is in the middle of something, or a component that it runs waits for a restart. */
  #isRestarting(nodeId: string): boolean {
    const orders = this.#current?.nodes.get(nodeId) ?? []
    return isUpdating(this.#ports.firmware, nodeId) || (this.#isUpdating && orders.some(isComponent))
  }

  #withOverrides(placement: Placement): Placement {
    return withOrders(placement, (order) => ({ ...order, envVars: variablesFor(this.#overrides, order.ident) }))
  }

  #dropExpired(): void {
    const valid = stillValid(this.#overrides, this.#ports.clock.now())
    if (JSON.stringify(valid) !== JSON.stringify(this.#overrides)) this.#setOverrides(valid)
  }

  #setOverrides(items: readonly EnvOverride[]): void {
    this.#records.saveOverrides(items)
    this.#overrides = items
    this.#replaceSoon()
  }

  #publish(): void {
    const before = this.#published
    this.#published = this.statuses()
    const changed = changedStatuses(before, this.#published)
    this.#wake()
    if (changed.length > 0 || before.length !== this.#published.length)
      for (const watcher of this.#watchers) watcher(changed)
  }

  /** Looks again when a node that is away has been away for too long. */
  #watchAbsence(): void {
    this.#absence.abort()
    const ms = this.#presence.nextChangeMs()
    if (ms === undefined) return
    this.#absence = new AbortController()
    this.#ports.clock.sleep(ms + 1, this.#absence.signal).then(
      () => this.#replaceSoon(),
      () => undefined,
    )
  }

  #repeat(everyMs: number, stop: AbortSignal, work: () => Promise<void>): void {
    const { clock, log } = this.#ports
    void (async () => {
      while (!stop.aborted) {
        await clock.sleep(everyMs, stop)
        await work().catch((error: unknown) => log.error('launcher could not tidy up', { error }))
      }
    })().catch(() => undefined)
  }

  async #exclusive<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#turn.then(work)
    this.#turn = turn.catch(() => undefined)
    return await turn
  }

  /** Until something happens, at most `ms`. */
  async #news(ms: number, stop?: AbortSignal): Promise<void> {
    const ended = new AbortController()
    const signal = stop ? AbortSignal.any([stop, ended.signal]) : ended.signal
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#wakers.add(resolve)
    try {
      await Promise.race([promise, this.#ports.clock.sleep(ms, signal)])
    } finally {
      this.#wakers.delete(resolve)
      ended.abort()
    }
  }

  #wake(): void {
    for (const wake of this.#wakers) wake()
  }
}

/** Update managers are told by the update alone: their components stay as they are. */
function keepingComponents(placed: Placement, { components }: Placement): Placement {
  const kept = new Set(components.map(({ ident }) => instanceKey(ident)))
  return { ...placed, components, homeless: placed.homeless.filter(({ ident }) => !kept.has(instanceKey(ident))) }
}

function isComponent({ ident }: { ident: { type: string } }): boolean {
  return ident.type === 'component'
}

function isOverload(fact: Extract<NodeNews, { kind: 'fact' }>['fact']): boolean {
  if (fact.kind !== 'alert' || fact.alert.kind !== 'system_quota') return false
  const { parameter, status } = fact.alert
  return (parameter === 'cpu' || parameter === 'ram') && status !== 'fall'
}
