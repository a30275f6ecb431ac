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
} from '@windlass/fleet/fakes'
import { createLog, HttpError, type HttpRequest, type HttpResponse, type Log } from '@windlass/platform'
import type { Watch } from '../invariants/watch.ts'
import type { StoreFault } from '../scenario.ts'
import type { Catalogue, Release } from '../world/catalogue.ts'
import type { Chronicle } from '../world/chronicle.ts'
import { Life } from '../world/life.ts'
import { machineClock, type WallClock } from '../world/machine-clock.ts'
import type { WorldClock } from '../world/world-clock.ts'
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
}

/**
 * The real server on played means: its records are in memory and outlive it, as a database would; its process may be
 * killed and started again.
 */
export class SimFleet {
  readonly store: Store
  readonly wall: WallClock = { ahead: 0 }
  /** The version that each device told in its last probe, by its id: seen on the way into the records. */
  readonly said = new Map<string, string>()
  /** What was written down about packages on devices, and when by the world's time. */
  readonly written: { device: string; package: string; status: string; at: number }[] = []
  readonly #world: WorldClock
  readonly #chronicle: Chronicle
  readonly #watch: Watch
  readonly #objects = new Map<string, Uint8Array>()
  /** Every call of its store until faults stop, by name. */
  readonly calls: string[] = []
  readonly #troubles: StoreFault[] = []
  #healed = false
  #life = new Life()
  #app: App

  constructor({ clock, chronicle, catalogue, watch }: FleetWorld, store: Store = memoryStore()) {
    this.#world = clock
    this.#watch = watch
    this.#chronicle = chronicle
    this.store = store
    for (const { objects } of catalogue.releases) for (const [name, bytes] of objects) this.#objects.set(name, bytes)
    this.#app = this.#start()
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

  /** What an operator asks; the answer as JSON, undefined when the fleet is not there. */
  async operator(
    method: 'GET' | 'POST',
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

  #start(): App {
    const life = this.#life
    const ports = {
      store: gatedStore(this.store, this.#gate(life)),
      files: memoryPackages(this.#objects),
      clock: machineClock(this.#world, this.wall, life),
      events: eventHub(),
      people: fakePeople(),
      log: this.#log(),
      shared: memoryShared(),
    }
    const rules = { trustedKeys: [], checkMetadata: () => [], maxUploadBytes: 0 }
    const shelf = packageShelf(ports, rules)
    const gate = { token: null, loopback: true }
    return fleetServer({ ...ports, shelf }, { gate, tls: null, resumeQuirk: false, version: 'sim' })
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
    this.#app = this.#start()
    this.#chronicle.add('fleet', 'started')
  }

  #log(): Log {
    const sink = ({ level, text, fields }: { level: string; text: string; fields: object }) =>
      this.#chronicle.add('fleet', `${level} ${text} ${JSON.stringify(fields)}`)
    return createLog([sink], () => 0)
  }
}
