import {
  type Conclusion,
  eventHub,
  fakePeople,
  fleetServer,
  memoryShared,
  memoryStore,
  packageShelf,
  type Sight,
  type Store,
  type UnitAuthority,
  type UnitSession,
} from '@windlass/fleet/fakes'
import { createLog, HttpError, type HttpRequest, type HttpResponse, type Log } from '@windlass/platform'
import { SocketError } from '@windlass/unit/fakes'
import type { Watch } from '../invariants/watch.ts'
import type { StoreFault } from '../scenario.ts'
import type { FleetEnd } from '../unit/cloud-sockets.ts'
import type { Catalogue, Release } from '../world/catalogue.ts'
import type { Chronicle } from '../world/chronicle.ts'
import { Life } from '../world/life.ts'
import { machineClock, type WallClock } from '../world/machine-clock.ts'
import type { WorldClock } from '../world/world-clock.ts'
import type { FleetLine } from './fleet-lines.ts'
import { FleetUnits, unitsAddress } from './fleet-units.ts'
import { gatedStore, type StoreGate } from './gated-store.ts'
import { memoryPackages } from './memory-packages.ts'

type App = ReturnType<typeof fleetServer>
const origin = 'http://fleet.test'
export const fleetAddress = origin

/** What a fleet is put into. */
export interface FleetWorld {
  clock: WorldClock
  chronicle: Chronicle
  catalogue: Catalogue
  watch: Watch
  /** Signs the certificates of units; none is asked to here. */
  authority: UnitAuthority
}

/**
 * The real server on played means: its records are in memory and outlive it, as a database would; its process may be
 * killed and started again.
 */
export class SimFleet {
  readonly store: Store
  readonly units: FleetUnits
  readonly wall: WallClock = { ahead: 0 }
  /** The version that each device told in its last probe, by its id: seen on the way into the records. */
  readonly said = new Map<string, string>()
  /** What was written down about packages on devices, and when by the world's time. */
  readonly written: { device: string; package: string; status: string; at: number }[] = []
  readonly #world: WorldClock
  readonly #chronicle: Chronicle
  readonly #watch: Watch
  readonly #authority: UnitAuthority
  #serving: ReturnType<FleetUnits['serve']>
  readonly #objects = new Map<string, Uint8Array>()
  /** Every call of its store until faults stop, by name. */
  readonly calls: string[] = []
  readonly #troubles: StoreFault[] = []
  #healed = false
  #life = new Life()
  #app: App

  constructor(
    { clock, chronicle, catalogue, watch, authority }: FleetWorld,
    store: Store = memoryStore(),
    units = new FleetUnits(),
  ) {
    this.#world = clock
    this.#watch = watch
    this.#chronicle = chronicle
    this.store = store
    this.units = units
    for (const { objects } of catalogue.releases) for (const [name, bytes] of objects) this.#objects.set(name, bytes)
    this.#authority = authority
    ;[this.#app, this.#serving] = this.#start()
  }

  async publish({ kept }: Release): Promise<void> {
    await this.store.addPackage(kept)
  }

  /** It dies at the `after`-th call of its store from now, or that call fails; one such trouble at a time. */
  trouble(trouble: StoreFault): void {
    this.#troubles.push({ ...trouble })
  }

  /** No more faults: what is still to come is forgotten, and it is up. */
  heal(): void {
    this.#healed = true
    this.#troubles.length = 0
    if (!this.#life.alive) this.#revive()
  }

  /** For good. */
  switchOff(): void {
    this.#life.end()
  }

  /** @throws HttpError `refused` while it is down, `cut` when it dies meanwhile */
  async device(request: HttpRequest): Promise<HttpResponse> {
    const response = await this.#ask(request.method, request.path, request.headers, Buffer.from(request.body))
    return response
  }

  /** A unit over HTTP. @throws HttpError as for devices */
  unit(request: HttpRequest): Promise<HttpResponse> {
    const headers = { ...request.headers, host: new URL(unitsAddress).host }
    // The addresses of blobs say behind a question mark why they hold.
    const query = request.query.toString()
    const path = query ? `${request.path}?${query}` : request.path
    return this.#ask(request.method, path, headers, Buffer.from(request.body))
  }

  /** A unit's WebSocket. @throws SocketError */
  async connect(token: string, line: FleetLine): Promise<FleetEnd> {
    const [life, { office, tokens }] = [this.#life, this.#serving]
    if (!life.alive) throw new SocketError('refused', 'the fleet is not there')
    const unit = tokens.unitOf(token)
    if (unit === undefined) throw new SocketError('unauthorized', 'the token is too old')
    const forget = life.onEnd(() => line.died())
    // Somebody who waits for a dead fleet would wait for ever.
    const died = Promise.withResolvers<never>()
    const stop = life.onEnd(() => died.reject(new SocketError('refused', 'the fleet died')))
    try {
      const socket = {
        send: (text: string) => life.alive && line.send(text),
        close: (_: number, why: string) => line.close(why),
      }
      const session = await Promise.race([office.connect(unit, socket, unitsAddress), died.promise])
      return fleetEnd(life, session, () => (forget(), office.disconnect(session)))
    } catch (error) {
      throw error instanceof SocketError ? error : new SocketError('refused', String(error))
    } finally {
      stop()
    }
  }

  /** What an operator asks; the answer as JSON, undefined when the fleet is not there. */
  async operator(
    method: 'GET' | 'POST' | 'PUT',
    path: string,
    body?: object,
  ): Promise<{ status: number; json: unknown } | undefined> {
    const headers = { host: 'localhost', ...(body && { 'content-type': 'application/json' }) }
    try {
      const payload = body ? Buffer.from(JSON.stringify(body)) : undefined
      const { status, body: text } = await this.#ask(method, `/api/v1${path}`, headers, payload)
      return { status, json: JSON.parse(Buffer.from(text).toString() || 'null') as unknown }
    } catch (error) {
      if (error instanceof HttpError) return undefined
      throw error
    }
  }

  async #ask(
    method: string,
    url: string,
    headers: Readonly<Record<string, string>>,
    payload: Buffer | undefined,
  ): Promise<{ status: number; headers: Record<string, string>; body: Uint8Array }> {
    const life = this.#life
    if (!life.alive) throw new HttpError('refused', `expected a server at ${origin}, found none`)
    const { promise: died, reject } = Promise.withResolvers<never>()
    const forget = life.onEnd(() => reject(new HttpError('cut', 'the fleet died before it answered')))
    const asked = this.#app.inject({ method: method as 'GET', url, headers, ...(payload && { payload }) })
    try {
      const answer = await this.#world.during(Promise.race([asked, died]))
      const sent = Object.entries(answer.headers).map(([name, value]) => [name, String(value)])
      return { status: answer.statusCode, headers: Object.fromEntries(sent), body: answer.rawPayload }
    } finally {
      forget()
    }
  }

  #start(): [App, ReturnType<FleetUnits['serve']>] {
    const life = this.#life
    const gate = this.#gate(life)
    const ports = {
      store: gatedStore(this.store, gate),
      files: memoryPackages(this.#objects),
      clock: machineClock(this.#world, this.wall, life),
      events: eventHub(),
      people: fakePeople(),
      log: this.#log(),
      shared: memoryShared(),
    }
    const rules = { trustedKeys: [], checkMetadata: () => [], maxUploadBytes: 0 }
    const shelf = packageShelf(ports, rules)
    const units = this.units.serve(gatedStore(this.units.store, gate), { ...ports, authority: this.#authority })
    const options = { gate: { token: null, loopback: true }, resumeQuirk: false, version: 'sim' }
    return [fleetServer({ ...ports, shelf, units }, options), units]
  }

  #gate(life: Life): StoreGate {
    return (name, args, work) => {
      const struck = life.alive ? this.#count(name) : undefined
      return life.call(async () => {
        if (struck?.side === 'before') this.#strike(struck)
        const result = await work()
        if (name === 'observe') this.#hear(args[0] as Sight, result as Conclusion)
        if (struck) this.#strike(struck)
        return result
      })
    }
  }

  #hear({ id, by, facts }: Sight, { reports }: Conclusion): void {
    const at = this.#world.now
    for (const { package: uid, status } of reports) this.written.push({ device: id, package: uid, status, at })
    if (by === 'probe' || !this.said.has(id)) this.said.set(id, facts.version)
  }

  #count(name: string): StoreFault | undefined {
    if (!this.#healed) this.calls.push(name)
    const [next] = this.#troubles
    if (!next) return undefined
    next.after -= 1
    if (next.after > 0) return undefined
    this.#watch.counted(`struck: ${next.kind}`)
    return this.#troubles.shift()
  }

  /** @throws what the database says of a lost connection; what a killed process finds, which is nothing */
  #strike(trouble: StoreFault): void {
    const lost = new Error('expected an answer of the database, got a closed connection')
    this.#chronicle.add('fleet', JSON.stringify(trouble))
    if (trouble.kind === 'fleet-store-error') throw lost
    this.#life.end()
    this.#world.in(trouble.downMs, () => this.#revive())
    throw lost
  }

  #revive(): void {
    if (this.#life.alive) return
    this.#life = new Life()
    ;[this.#app, this.#serving] = this.#start()
    this.#chronicle.add('fleet', 'started')
  }

  #log(): Log {
    const sink = ({ level, text, fields }: { level: string; text: string; fields: object }) =>
      this.#chronicle.add('fleet', `${level} ${text} ${JSON.stringify(fields)}`)
    return createLog([sink], () => 0)
  }
}

function fleetEnd(life: Life, session: UnitSession, gone: () => void): FleetEnd {
  return {
    receive: (bytes) => void (life.alive && session.receive(bytes)),
    gone: () => void (life.alive && gone()),
  }
}
