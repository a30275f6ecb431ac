import type { EnvOverride, EnvVarStatus, InstanceStatus } from '@windlass/model/unit'
import type { Launcher, NodeNews, Placement, RunRequest } from '../ports.ts'
import { averagesOf } from './averages.ts'
import { Bell } from './bell.ts'
import { isUpdating } from './components.ts'
import { Folders } from './folders.ts'
import { isComponent } from './keep-places.ts'
import { overrideStatuses } from './overrides.ts'
import { Placer } from './placer.ts'
import type { LauncherPorts, LauncherRules } from './ports.ts'
import { Presence } from './presence.ts'
import { Reports } from './reports.ts'
import { Sets } from './sets.ts'
import { Telling } from './telling.ts'

const dayMs = 24 * 60 * 60_000

/** The unit's launcher (aoscore.md 5). Works from `start` until the signal it got fires. */
export class UnitLauncher implements Launcher {
  readonly #ports: LauncherPorts
  readonly #rules: LauncherRules
  readonly #sets: Sets
  readonly #presence: Presence
  readonly #placer: Placer
  readonly #telling: Telling
  readonly #folders: Folders
  readonly #reports: Reports
  readonly #bell: Bell
  /** Something happened that may move instances; `relieve`: a node is overloaded. */
  #due: { relieve: boolean } | undefined
  /** One at a time: `run`, `restore`, or placing again. */
  #turn: Promise<unknown> = Promise.resolve()
  #isBringing = false
  #absence = new AbortController()
  #failing = new AbortController()

  constructor(ports: LauncherPorts, rules: LauncherRules) {
    const { nodes, clock, time, database, log } = ports
    this.#ports = ports
    this.#rules = rules
    this.#sets = new Sets(database, clock, time)
    const expected = () => [...this.#sets.current.nodes.keys()]
    const isRestarting = (nodeId: string) => this.#isRestarting(nodeId)
    this.#presence = new Presence({ nodes, clock, expected, isRestarting }, rules)
    this.#placer = new Placer(ports, this.#presence)
    this.#telling = new Telling(nodes, this.#sets.records, log)
    this.#folders = new Folders(ports)
    this.#reports = new Reports(ports, () => this.#sets.current)
    this.#bell = new Bell(clock)
    this.#reports.refresh()
  }

  /** Follows the nodes from now on. */
  start(stop: AbortSignal): void {
    const { nodes, firmware, states } = this.#ports
    const { checkOverridesMs, instanceTtlMs } = this.#rules
    const ends = [nodes.watch((news) => this.#onNews(news)), firmware.watch(() => this.#reports.refreshComponents())]
    stop.addEventListener('abort', () => {
      for (const end of ends) end()
      this.#absence.abort(stop.reason)
      this.#failing.abort(stop.reason)
    })
    this.#placeAgain()
    this.#repeat(checkOverridesMs, stop, async () => this.#setOverrides(this.#sets.overrides))
    this.#repeat(dayMs, stop, () => this.#sets.roster.expire(instanceTtlMs, states))
  }

  async place(requests: readonly RunRequest[], stop?: AbortSignal): Promise<Placement> {
    const { clock } = this.#ports
    const end = clock.uptime() + this.#presence.waitMs()
    for (;;) {
      stop?.throwIfAborted()
      const left = Math.min(end - clock.uptime(), this.#presence.waitMs())
      if (left <= 0) return await this.#placer.place(requests, this.#sets.state())
      await this.#bell.heard(left, stop)
    }
  }

  async run(placement: Placement, stop: AbortSignal): Promise<void> {
    await this.#inTurn(async () => {
      stop.throwIfAborted()
      this.#sets.begin(placement)
      await this.#bring(stop)
    })
  }

  async restore(stop: AbortSignal): Promise<void> {
    await this.#inTurn(async () => {
      stop.throwIfAborted()
      const before = this.#sets.before()
      if (!before) return
      // A node may have been gone when the update began, and be back now.
      const isWhole = before.homeless.length === 0 && this.#isAllThere(before)
      this.#sets.replace(isWhole ? before : await this.#placer.placeAgain(this.#sets.state(before)))
      await this.#bring(stop)
      this.#sets.confirm()
      this.#watchFailures()
    })
  }

  async confirm(): Promise<void> {
    this.#sets.confirm()
    this.#watchFailures()
  }

  statuses(): readonly InstanceStatus[] {
    return this.#reports.all()
  }

  watch(changed: (instances: readonly InstanceStatus[]) => void): () => void {
    return this.#reports.watch(changed)
  }

  /** The subjects that the unit's identity names now (aoscore.md 5.5). */
  setSubjects(subjects: readonly string[]): void {
    this.#sets.setSubjects(subjects)
    this.#placeAgain()
  }

  /** Replaces all overrides (aoscore.md 5.6). Instances whose variables change are started again. */
  overrideEnvVars(items: readonly EnvOverride[]): readonly EnvVarStatus[] {
    this.#setOverrides(items)
    const idents = [...this.#sets.current.nodes.values()].flat().map(({ ident }) => ident)
    return overrideStatuses(this.#sets.overrides, idents)
  }

  #setOverrides(items: readonly EnvOverride[]): void {
    if (this.#sets.setOverrides(items)) this.#placeAgain()
  }

  #onNews(news: NodeNews): void {
    switch (news.kind) {
      case 'fact':
        if (isOverload(news.fact)) this.#placeAgain(true)
        return
      case 'instances':
        if (news.whole) this.#onWhole(news.nodeId)
        this.#reports.refreshNode(news.nodeId)
        break
      case 'gone':
      case 'status': {
        const nodeId = news.kind === 'gone' ? news.nodeId : news.node.nodeId
        if (news.kind === 'gone' || !news.node.isConnected) this.#telling.left(nodeId)
        this.#placeAgain()
        this.#reports.refresh()
      }
    }
    this.#watchFailures()
    this.#bell.ring()
  }

  /** A node that comes back may be given instances first; only then it is seen whether it runs the right ones. */
  #onWhole(nodeId: string): void {
    if (!this.#telling.isGreeted(nodeId)) this.#placeAgain()
    else if (this.#sets.isKnown) void this.#telling.heard(nodeId, this.#sets.current).then(() => this.#bell.ring())
  }

  #placeAgain(relieve = false): void {
    this.#due = { relieve: relieve || this.#due?.relieve === true }
    this.#bell.ring()
    this.#watchAbsence()
    if (this.#isBringing) return
    this.#inTurn(async () => {
      while (this.#due) await this.#placeNow()
    }).catch((error: unknown) => this.#ports.log.error('instances not placed again', { error }))
  }

  async #placeNow(): Promise<void> {
    const relieve = this.#due?.relieve === true
    this.#due = undefined
    if (!this.#sets.isKnown) return
    const { nodes, clock } = this.#ports
    const averages = relieve ? await averagesOf(this.#here(), nodes, clock) : undefined
    const { current } = this.#sets
    const next = await this.#placer.placeAgain(this.#sets.state(), averages)
    if (isOther(next, current)) this.#sets.replace(next)
    await this.#folders.make(this.#sets.current)
    this.#reports.refresh()
    await this.#telling.tellChanged(this.#here(), this.#sets.current)
  }

  /** Tells every node, and waits until all answered and no service is on its way any more. */
  async #bring(stop: AbortSignal): Promise<void> {
    const { clock } = this.#ports
    const end = clock.uptime() + this.#rules.runMs
    this.#isBringing = true
    try {
      this.#reports.waitAgain()
      await this.#folders.make(this.#sets.current)
      await this.#telling.tellAll(this.#here(), this.#sets.current)
      for (;;) {
        stop.throwIfAborted()
        if (this.#due) await this.#placeNow()
        else if (this.#isThere() || clock.uptime() >= end) break
        else await this.#bell.heard(end - clock.uptime(), stop)
      }
      this.#reports.giveUp(this.#rules.runMs)
    } finally {
      this.#isBringing = false
      if (this.#due) this.#placeAgain(this.#due.relieve)
    }
  }

  #isThere(): boolean {
    const isAwaited = this.#here().some((nodeId) => this.#telling.isAwaited(nodeId))
    return !isAwaited && this.#reports.comingServices().length === 0
  }

  #here(): string[] {
    const here = this.#ports.nodes.list().filter((node) => this.#presence.isHere(node))
    return here.map(({ nodeId }) => nodeId)
  }

  #isAllThere({ nodes }: Placement): boolean {
    return [...nodes].every(([nodeId, orders]) => orders.length === 0 || this.#presence.stateOf(nodeId) !== 'closed')
  }

  /** Its update manager is in the middle of something, or a component that it runs waits for a restart. */
  #isRestarting(nodeId: string): boolean {
    const orders = this.#sets.current.nodes.get(nodeId) ?? []
    return isUpdating(this.#ports.firmware, nodeId) || (this.#sets.isUpdating && orders.some(isComponent))
  }

  /** Looks again when a node that is away has been away for too long. */
  #watchAbsence(): void {
    this.#absence.abort()
    const ms = this.#presence.nextChangeMs()
    if (ms === undefined) return
    this.#absence = new AbortController()
    this.#ports.clock.sleep(ms + 1, this.#absence.signal).then(
      () => this.#placeAgain(),
      () => undefined,
    )
  }

  /** What failed for good on its node goes to another one. An update judges for itself what fails while it is under way. */
  #watchFailures(): void {
    const { failures, isUpdating } = this.#sets
    this.#failing.abort()
    if (isUpdating) return failures.rest()
    const ms = this.#lookForFailures()
    if (ms === undefined) return
    this.#failing = new AbortController()
    this.#ports.clock.sleep(ms, this.#failing.signal).then(
      () => this.#watchFailures(),
      () => undefined,
    )
  }

  /** @returns when to look again; undefined: when a node says something new */
  #lookForFailures(): number | undefined {
    const { log, nodes } = this.#ports
    const { failedMs } = this.#rules
    const { failures, current } = this.#sets
    try {
      const fresh = failures.look(current, (nodeId) => nodes.instances(nodeId), failedMs)
      for (const { key, version, nodeId } of fresh)
        log.warning('instance failed for good on its node', { instance: key, version, node: nodeId })
      if (fresh.length > 0) this.#placeAgain()
      return failures.nextMs(failedMs)
    } catch (error) {
      log.error('failed instances not noted', { error })
      return failedMs
    }
  }

  #repeat(everyMs: number, stop: AbortSignal, work: () => Promise<void>): void {
    const { clock, log } = this.#ports
    const again = async () => {
      while (!stop.aborted) {
        await clock.sleep(everyMs, stop)
        await work().catch((error: unknown) => log.error('launcher could not tidy up', { error }))
      }
    }
    again().catch(() => undefined)
  }

  async #inTurn(work: () => Promise<void>): Promise<void> {
    const turn = this.#turn.then(work)
    this.#turn = turn.catch(() => undefined)
    await turn
  }
}

function isOther(one: Placement, other: Placement): boolean {
  return JSON.stringify([...one.nodes, one.homeless]) !== JSON.stringify([...other.nodes, other.homeless])
}

function isOverload(fact: Extract<NodeNews, { kind: 'fact' }>['fact']): boolean {
  if (fact.kind !== 'alert' || fact.alert.kind !== 'system_quota') return false
  const { parameter, status } = fact.alert
  return (parameter === 'cpu' || parameter === 'ram') && status !== 'fall'
}
