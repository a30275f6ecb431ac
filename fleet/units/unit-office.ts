import { randomUUID } from 'node:crypto'
import type { BlobSource, DesiredState, LogRequest, UnitFact, UnitStatus } from '@windlass/model/unit'
import type { Clock, Log } from '@windlass/platform'
import type { EnvOrder } from '@windlass/wire/operator'
import type { Bus } from '../bus/bus.ts'
import type { BusMessage } from '../bus/message.ts'
import { FleetError } from '../fleet-error.ts'
import type { BlobTickets } from '../identity/blob-tickets.ts'
import type { Lines } from '../processes/lines.ts'
import type { Events } from '../telemetry/events.ts'
import { noTracing, type Tracing, traced } from '../telemetry/tracing.ts'
import { boundedNews, boundedStatus, mostDigests } from './bounds.ts'
import { type AskedLog, LogRequests } from './log-requests.ts'
import { mergeStatus } from './merge-status.ts'
import { type NewsContent, type NewsKind, newsLimits, newsOf, overridesOf } from './news.ts'
import type { Unit } from './records.ts'
import { desiredStateOf } from './release.ts'
import { type UnitStanding, unitStanding } from './standing.ts'
import { type SessionPorts, UnitSession, type UnitSocket } from './unit-session.ts'
import type { UnitStore } from './unit-store.ts'

export interface OfficePorts {
  store: UnitStore
  clock: Clock
  log: Log
  events: Events
  /** Other processes may have the sockets of some units. */
  bus: Bus
  lines: Lines
  tickets: Pick<BlobTickets, 'urlOf'>
  /** The name of this process on the bus. */
  me: string
  /** Absent: nobody wants to know. */
  tracing?: Tracing
}

/** A unit with all that follows from its records. */
export interface KnownUnit extends UnitStanding {
  unit: Unit
  releaseName: string | null
  connected: boolean
}

const revoked = 'certificates revoked'

interface Line {
  session: UnitSession
  baseUrl: string
  /** The order that was told over this connection; null: none yet. */
  told: number | null
  /** The logs that were asked for over this connection: a question may come from the records and over the bus at once. */
  asked: Set<string>
}

/** Knows which units are on the line, tells them what to be and writes down what they say. */
export class UnitOffice {
  readonly #ports: OfficePorts
  readonly #sessions = new Map<string, Line>()
  readonly #sessionPorts: SessionPorts
  readonly logs: LogRequests
  #closing = false

  constructor(ports: OfficePorts) {
    this.#ports = ports
    this.#sessionPorts = { clock: ports.clock, log: ports.log, hear: (unit, fact) => this.#hear(unit, fact) }
    this.logs = new LogRequests(ports)
    ports.bus.subscribe({ hear: (message) => void this.#heed(message), missed: () => void this.#catchUp() })
  }

  /**
   * A unit's socket; a second one of the same unit replaces the first. `baseUrl`: by which the unit reached us. Rejects when
   * the records cannot be read; the unit then is not on the line.
   */
  async connect(id: string, socket: UnitSocket, baseUrl: string): Promise<UnitSession> {
    const { log, lines, bus, me } = this.#ports
    this.#sessions.get(id)?.session.close('another connection of this unit')
    const session = new UnitSession(id, socket, this.#sessionPorts)
    this.#sessions.set(id, { session, baseUrl, told: null, asked: new Set() })
    log.info('unit connected', { unit: id })
    await lines.take(id)
    bus.publish({ kind: 'held', unit: id, by: me })
    await this.#tellUnlessArrived(await this.known(id))
    await this.#tellEnv(id)
    await this.#askLogs(id)
    return session
  }

  disconnect(session: UnitSession): void {
    session.end()
    if (this.#sessions.get(session.unit)?.session !== session) return
    this.#sessions.delete(session.unit)
    this.#ports.log.info('unit disconnected', { unit: session.unit })
    // All lines of a process that ends are dropped at once.
    if (!this.#closing) void this.#leaveLine(session.unit)
  }

  /** @throws FleetError `unit_unknown`, `release_unknown` */
  async setRelease(id: string, release: number): Promise<KnownUnit> {
    const { store, log } = this.#ports
    if (!(await store.release(release))) throw new FleetError('release_unknown', `expected a release, got ${release}`)
    if (!(await store.setRelease(id, release)))
      throw new FleetError('unit_unknown', `expected a unit of this fleet, got ${id}`)
    log.info('release set', { unit: id, release })
    await this.announce([id])
    return this.known(id)
  }

  /** Tells units what they are to run since it was written down; those that are away hear of it when they are back. */
  async announce(ids: readonly string[]): Promise<void> {
    for (const id of ids) {
      await this.#toHolder(id, 'desired')
      const known = await this.known(id)
      // One that runs it already may have nothing to say. What others said is about what they were to run before.
      if (known.standing === 'arrived') await this.#note(known)
      this.#publish(known, 'ordered')
    }
  }

  /** Lets the unit go, and not come back before it enrols again. @throws FleetError `unit_unknown` */
  async revoke(id: string): Promise<number> {
    const { bus, clock, log, store } = this.#ports
    const certificates = await store.revoke(id, clock.now())
    if (certificates === undefined) throw new FleetError('unit_unknown', `expected a unit of this fleet, got ${id}`)
    log.info('unit revoked', { unit: id, certificates })
    this.#sessions.get(id)?.session.close(revoked)
    bus.publish({ kind: 'revoked', unit: id })
    return certificates
  }

  /** Replaces the variables that are overridden on a unit; one that is away hears of them when it is back. */
  async setEnv(id: string, items: EnvOrder['items']): Promise<void> {
    await this.known(id)
    await this.#ports.store.addNews(id, 'env', this.#ports.clock.now(), [items])
    await this.#toHolder(id, 'env')
  }

  /** Returns the request's own name, which comes back with each part; `logs` has what came of it. @throws FleetError `unit_unknown`, `unit_away` */
  async requestLog(id: string, log: LogRequest): Promise<string> {
    await this.known(id)
    if (!this.#sessions.has(id) && !(await this.#ports.lines.isTaken(id)))
      throw new FleetError('unit_away', `expected ${id} to be connected, it is not`)
    const correlationId = randomUUID()
    await this.logs.add(id, { correlationId, log })
    if (this.#sessions.has(id)) this.#askLog(id, { correlationId, log })
    else this.#ports.bus.publish({ kind: 'log', unit: id, correlationId, log: { ...log, nodeIds: [...log.nodeIds] } })
    return correlationId
  }

  /** How many units are on the line of this process. */
  get connected(): number {
    return this.#sessions.size
  }

  /** The units on the line, of whatever process. */
  async online(): Promise<string[]> {
    return [...new Set([...this.#sessions.keys(), ...(await this.#ports.lines.taken())])]
  }

  /** @throws FleetError `unit_unknown` */
  async known(id: string): Promise<KnownUnit> {
    const unit = await this.#ports.store.unit(id)
    if (!unit) throw new FleetError('unit_unknown', `expected a unit of this fleet, got ${id}`)
    return this.describe(unit)
  }

  async describe(unit: Unit): Promise<KnownUnit> {
    const release = unit.release === null ? undefined : await this.#ports.store.release(unit.release)
    const standing = unitStanding(await this.#desired(unit), unit.status)
    const connected = this.#sessions.has(unit.id) || (await this.#ports.lines.isTaken(unit.id))
    return { unit, releaseName: release?.content.name ?? null, connected, ...standing }
  }

  close(): void {
    this.#closing = true
    for (const { session } of this.#sessions.values()) session.close('the fleet stops')
  }

  /** Once a connection: the same order again would have the unit go through all of it again (aoscore.md 2.1.4). */
  async #tellUnlessArrived({ unit: { id }, standing }: KnownUnit): Promise<void> {
    if (this.#sessions.get(id)?.told !== null || standing === 'arrived' || standing === 'idle') return
    await this.#tellDesired(id)
  }

  /** The newest order, unless this connection has heard it: it may come from the records and over the bus at once. */
  async #tellDesired(id: string): Promise<void> {
    const unit = await this.#ports.store.unit(id)
    const desired = unit && (await this.#desired(unit))
    const line = this.#sessions.get(id)
    if (!desired || !line || (line.told !== null && line.told >= unit.orders)) return
    line.told = unit.orders
    line.session.tell({ kind: 'desired_state', desired })
  }

  async #tellEnv(id: string): Promise<void> {
    const [env] = await this.#ports.store.news(id, 'env')
    if (env) this.#sessions.get(id)?.session.tell({ kind: 'override_env_vars', items: overridesOf(env.content) })
  }

  async #askLogs(id: string): Promise<void> {
    for (const asked of await this.logs.open(id)) this.#askLog(id, asked)
  }

  #askLog(id: string, { correlationId, log }: AskedLog): void {
    const line = this.#sessions.get(id)
    if (!line || line.asked.has(correlationId)) return
    line.asked.add(correlationId)
    line.session.tell({ kind: 'request_log', correlationId, log })
  }

  /** Whoever has the unit's socket reads the order in the records and tells it. */
  async #toHolder(id: string, what: 'desired' | 'env'): Promise<void> {
    if (!this.#sessions.has(id)) this.#ports.bus.publish({ kind: 'ordered', unit: id, what })
    else if (what === 'desired') await this.#tellDesired(id)
    else await this.#tellEnv(id)
  }

  /** What other processes ask of the one that has a unit's socket. */
  async #heed(message: BusMessage): Promise<void> {
    const line = message.kind === 'event' ? undefined : this.#sessions.get(message.unit)
    if (!line) return
    const { unit: id } = line.session
    if (message.kind === 'held' && message.by !== this.#ports.me) line.session.close('another connection of this unit')
    if (message.kind === 'revoked') line.session.close(revoked)
    if (message.kind === 'log') this.#askLog(id, message)
    if (message.kind === 'ordered') await this.#orClose(id, () => this.#toHolder(id, message.what))
  }

  /** The bus may have lost orders: they stand in the records. */
  async #catchUp(): Promise<void> {
    for (const id of this.#sessions.keys()) {
      await this.#orClose(id, async () => {
        if ((await this.known(id)).standing !== 'arrived') await this.#tellDesired(id)
        await this.#tellEnv(id)
        await this.#askLogs(id)
        if (!(await this.#ports.store.counts(id, null))) this.#sessions.get(id)?.session.close(revoked)
      })
    }
  }

  /** A unit that could not be told is let go: it comes back, and is told then. */
  async #orClose(id: string, work: () => Promise<void>): Promise<void> {
    try {
      await work()
    } catch (error) {
      this.#ports.log.warning('unit not told', { unit: id, why: String(error) })
      this.#sessions.get(id)?.session.close('try again')
    }
  }

  async #leaveLine(id: string): Promise<void> {
    // It stays on the line for others until this process is forgotten, should the records not take it.
    await this.#ports.lines.drop(id).catch(() => undefined)
    await this.#publishDisconnected(id)
  }

  async #desired(unit: Unit): Promise<DesiredState | null> {
    const { store } = this.#ports
    const release = unit.release === null ? undefined : await store.release(unit.release)
    return release ? desiredStateOf(release.content, await store.items()) : null
  }

  /** One message of a unit. */
  #hear(id: string, fact: UnitFact): Promise<void> {
    const start = { name: `unit ${fact.kind}`, kind: 'server' } as const
    return traced(this.#ports.tracing ?? noTracing, start, () => this.#heard(id, fact))
  }

  async #heard(id: string, fact: UnitFact): Promise<void> {
    const { store, clock, log } = this.#ports
    if (fact.kind === 'request_blob_urls') return this.#answerBlobs(id, fact)
    await store.hear(id, clock.now(), (before) =>
      fact.kind === 'unit_status' ? this.#worked(id, before, fact.status) : before,
    )
    if (fact.kind === 'unit_status') {
      const known = await this.known(id)
      await this.#note(known)
      if (!fact.status.isDelta) await this.#tellUnlessArrived(known)
      this.#publish(known, 'changed')
    }
    const news = newsOf(fact)
    if (news) await this.#keepNews(id, news)
    else if (fact.kind !== 'unit_status') log.debug('unit said', { unit: id, kind: fact.kind })
  }

  /** Writes down where the unit stands on its way, for those who count. */
  async #note({ unit, standing }: KnownUnit): Promise<void> {
    if (unit.release !== null) await this.#ports.store.noteStanding(unit.id, unit.release, standing)
  }

  /** What is known of a unit after it said something, within bounds. */
  #worked(id: string, before: UnitStatus | null, said: UnitStatus): UnitStatus | null {
    const { status, cut } = boundedStatus(mergeStatus(before, said))
    if (cut.length > 0) this.#ports.log.warning('status of a unit too large, cut', { unit: id, cut })
    return status ?? before
  }

  async #keepNews<K extends NewsKind>(
    id: string,
    [kind, contents]: readonly [K, readonly NewsContent[K][]],
  ): Promise<void> {
    const { store, clock, log } = this.#ports
    const { kept, cut } = boundedNews(contents, newsLimits[kind])
    if (cut > 0) log.warning('news of a unit too many or too large, left out', { unit: id, kind, left: cut })
    await store.addNews(id, kind, clock.now(), kept)
  }

  async #answerBlobs(id: string, { correlationId, digests }: UnitFact & { kind: 'request_blob_urls' }): Promise<void> {
    const base = this.#sessions.get(id)?.baseUrl ?? ''
    const sources = (await this.#ports.store.blobs(digests.slice(0, mostDigests))).map(
      ({ digest, size, sha3 }): BlobSource => ({
        digest,
        size,
        sha3: Buffer.from(sha3, 'hex'),
        urls: [this.#ports.tickets.urlOf(base, digest, id)],
      }),
    )
    this.#sessions.get(id)?.session.tell({ kind: 'blob_urls', correlationId, sources })
  }

  #publish({ unit, standing }: KnownUnit, change: 'changed' | 'ordered' | 'disconnected'): void {
    const at = new Date(this.#ports.clock.now()).toISOString()
    this.#ports.events.publish({ kind: 'unit', at, unit: unit.id, change, standing })
  }

  /** Who listens to events may miss one; nothing else depends on it. */
  async #publishDisconnected(id: string): Promise<void> {
    try {
      const unit = await this.#ports.store.unit(id)
      if (unit) this.#publish(await this.describe(unit), 'disconnected')
    } catch (error) {
      this.#ports.log.warning('event not told', {
        unit: id,
        why: error instanceof Error ? error.message : String(error),
      })
    }
  }
}
