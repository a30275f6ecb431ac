import type { JoinedUnit, Settings } from '@windlass/firmware/fakes'
import type { InstallationSet } from '@windlass/model'
import type { Files, HttpRequest, HttpResponse } from '@windlass/platform'
import type { FakeFiles } from '@windlass/platform/fakes'
import { mostStarts, notSpare } from '../invariants/boots.ts'
import { overfull } from '../invariants/disk-bounded.ts'
import type { Watch } from '../invariants/watch.ts'
import type { DeviceFault } from '../scenario.ts'
import type { Catalogue, Release } from '../world/catalogue.ts'
import type { Chronicle } from '../world/chronicle.ts'
import { Dice } from '../world/dice.ts'
import { Life } from '../world/life.ts'
import { machineClock } from '../world/machine-clock.ts'
import type { WorldClock } from '../world/world-clock.ts'
import { type AgentNews, runAgent } from './agent-process.ts'
import { startedByLoader } from './boot-loader.ts'
import { DeviceApi } from './device-api.ts'
import { factoryDisk, nextToBoot, putBootId, slotContent, slotOf } from './layout.ts'
import { Link } from './link.ts'
import type { ProcessHost } from './machine-ports.ts'
import { type Call, Triggers, type Waiting } from './triggers.ts'

/** What a device is put into. */
export interface DeviceWorld {
  seed: number
  clock: WorldClock
  chronicle: Chronicle
  /** What it may be given. */
  catalogue: Catalogue
  watch: Watch
  publicKey: string
  /** For tests that break things on purpose: what stands between a process and its disk. */
  meddle?: ((device: SimDevice, files: Files) => Files) | undefined
}

/** Runs until `quit` fires; a life that ends stops it where it stands. */
export type Program = (host: ProcessHost, life: Life, quit: AbortSignal) => Promise<void>

/** What makes one device differ from another. */
export interface Role {
  name: string
  settings: Settings
  /** With which version it leaves the factory. */
  factory: string
  /** Of its disk, and what its files may take of that at most; bytes. */
  capacity: number
  mostBytes: number
  /** Who is there in the network, by origin. */
  fars: Readonly<Record<string, (request: HttpRequest) => Promise<HttpResponse>>>
  /** In a unit: who commands the agent. */
  joined?: (host: ProcessHost, life: Life) => JoinedUnit | undefined
  /** What runs beside the agent, by name. */
  programs: Readonly<Record<string, Program>>
  /** Its system is up, or gone. */
  onPower?: (up: boolean) => void
}

const idle: readonly string[] = ['entry_point', 'park', 'poll', 'probe']
const bootMs = 20_000
const watchdogMs = 30_000
const restartMs = 5_000
const shutdownMs = 3_000
const tornOffMs = 5_000
const sickLaterMs = 4 * 3_600_000

/** A device: disk, boot loader and power are played, the agent is real. */
export class SimDevice {
  readonly number: number
  readonly name: string
  readonly disk: FakeFiles
  readonly link: Link
  readonly wall = { ahead: 0 }
  /** What the system runs; undefined while there is none. */
  running: { set: InstallationSet; version: string } | undefined
  /** The state that its agent was last in. */
  state = 'entry_point'
  /** Every call of its agents until faults stop. */
  readonly calls: Call[] = []
  readonly api = new DeviceApi()
  readonly #world: DeviceWorld
  readonly #role: Role
  readonly #dice: Dice
  readonly #triggers = new Triggers()
  #system = new Life()
  readonly #processes = new Set<Life>()
  #boots = 0
  #cutNextBootAfter: number | undefined
  #bootedAt = 0
  readonly #sticks = new Map<string, number>()
  #healed = false

  /** `number`: no two devices of a world have the same. */
  constructor(number: number, world: DeviceWorld, role: Role) {
    this.number = number
    this.name = role.name
    this.#world = world
    this.#role = role
    this.#dice = new Dice(world.seed, 1 + number)
    const { factory: version, capacity } = role
    this.disk = factoryDisk({ seed: this.#dice.whole(1, 2 ** 31), publicKey: world.publicKey, version, capacity })
    this.link = new Link(role.fars, new Dice(world.seed, 1_001 + number))
  }

  get updating(): boolean {
    return !idle.includes(this.state)
  }

  powerOn(afterMs: number): void {
    // Power that was to come back at another time does not come twice.
    this.#system.end()
    const system = new Life()
    this.#system = system
    this.#later(system, afterMs, () => void this.#boot(system))
  }

  /** Puts the package of a release on a stick, as a file. @returns its path */
  plugIn(release: Release): string {
    const path = `/media/stick/${release.version}.uhupkg`
    this.disk.put(path, release.archive)
    this.#sticks.set(path, release.archive.length)
    return path
  }

  suffer(fault: DeviceFault): void {
    if (fault.kind !== 'clock') this.#tell(`fault ${JSON.stringify({ ...fault, device: undefined })}`)
    switch (fault.kind) {
      case 'disk-full':
        return this.#fillDisk(fault.forMs)
      case 'link':
        return this.#disturbLink(fault)
      case 'clock':
        this.wall.ahead += fault.byMs
        return this.#tell(`clock jumps by ${Math.round(fault.byMs / 1000)} s`)
      case 'power-cut-in-boot-loader':
        // The loader is where power comes back to, so it goes once before as well.
        this.#cutNextBootAfter = fault.afterChanges
        return this.cutPower(1_000)
      case 'killed':
      case 'power-cut':
      case 'torn-write':
      case 'disk-error':
      case 'bit-rot':
      case 'program-error':
      case 'request-error':
        this.#triggers.arm(fault)
    }
  }

  /** No fault works any more; a device without power gets it back soon. */
  heal(): void {
    this.#healed = true
    this.#triggers.clear()
    this.#cutNextBootAfter = undefined
    this.link.trouble = undefined
    this.disk.capacity = this.#role.capacity
    if (!this.running) this.powerOn(1_000)
  }

  /** The power goes now, and comes back. */
  cutPower(offMs: number): void {
    this.#tell(`power cut for ${Math.round(offMs / 1000)} s while ${this.state}`)
    this.#goDown()
    this.disk.crash()
    this.powerOn(offMs)
  }

  /** For good. */
  switchOff(): void {
    this.#goDown()
  }

  #goDown(): void {
    this.running = undefined
    this.#system.end()
    for (const process of this.#processes) process.end()
    this.#processes.clear()
    this.#world.watch.rotten.ended(this.name)
    this.#role.onPower?.(false)
  }

  #fillDisk(forMs: number): void {
    this.disk.capacity = this.disk.usedBytes
    this.#world.clock.in(forMs, () => {
      this.disk.capacity = this.#role.capacity
    })
  }

  #disturbLink({ how, forMs }: Extract<DeviceFault, { kind: 'link' }>): void {
    this.link.trouble = how
    this.#world.clock.in(forMs, () => {
      if (this.link.trouble === how) this.link.trouble = undefined
    })
  }

  async #boot(system: Life): Promise<void> {
    for (let starts = 1; starts <= mostStarts; starts++) {
      const set = await startedByLoader(this.disk, this.#takeLoaderCut())
      if (!system.alive) return
      if (set === undefined) {
        this.#tell('power cut in the boot loader')
        this.#world.watch.counted('struck: power-cut-in-boot-loader')
        return this.powerOn(1_000)
      }
      const version = this.#world.catalogue.versionOf(slotContent(this.disk, set))
      this.#tell(`boot loader starts set ${set}: ${version ?? 'NO WHOLE IMAGE'}`)
      const release = version === undefined ? undefined : this.#world.catalogue.release(version)
      this.#world.watch.booted(this, set, version, release)
      if (version === undefined) return
      if (release?.kind !== 'panics') return this.#systemUp(system, set, version)
      this.#world.watch.counted('kernel panics')
      await new Promise<void>((resolve) => this.#later(system, watchdogMs, resolve))
    }
    this.#world.watch.broken('boots', this, `no set came up in ${mostStarts} starts`)
  }

  #takeLoaderCut(): number {
    const cut = this.#cutNextBootAfter ?? Infinity
    this.#cutNextBootAfter = undefined
    return cut
  }

  #systemUp(system: Life, set: InstallationSet, version: string): void {
    this.#boots += 1
    this.running = { set, version }
    this.#bootedAt = this.#world.clock.now
    putBootId(this.disk, `${this.name}-boot-${this.#boots}`)
    this.disk.operations.length = 0
    this.#role.onPower?.(true)
    const quit = new AbortController()
    const reboot = () => this.#shutDown(system, quit)
    this.#later(system, bootMs, () => {
      this.#start('agent', (host, life) => this.#runAgent(host, life, quit.signal), { system, quit, reboot })
      for (const [name, program] of Object.entries(this.#role.programs))
        this.#start(name, program, { system, quit, reboot })
    })
  }

  /** Starts a process, and again whenever it ends, for as long as the system lives. */
  #start(name: string, program: Program, on: { system: Life; quit: AbortController; reboot: () => void }): void {
    const { system, quit, reboot } = on
    // What was started just before may have taken the power with it.
    if (!system.alive) return
    const life = new Life()
    this.#processes.add(life)
    const over = (why: string) => {
      if (!life.alive) return
      this.#tell(`${name} ended: ${why}`)
      this.#processes.delete(life)
      this.#world.watch.rotten.ended(this.name)
      life.end()
      this.#later(system, restartMs, () => this.#start(name, program, on))
    }
    if (name === 'agent') this.#crashLater(life, over)
    program(this.#hostFor(name, life, over, reboot), life, quit.signal).then(
      () => over('done'),
      (error: unknown) => over(error instanceof Error ? error.message : String(error)),
    )
  }

  #runAgent(host: ProcessHost, life: Life, quit: AbortSignal): Promise<void> {
    return runAgent(
      {
        ...host,
        settings: this.#role.settings,
        joined: this.#role.joined?.(host, life),
        onUp: (api) => this.api.up(api, life),
        onNews: (news) => this.#onNews(news),
      },
      life,
      quit,
    )
  }

  #hostFor(name: string, life: Life, over: (why: string) => void, reboot: () => void): ProcessHost {
    const { clock, meddle } = this.#world
    return {
      disk: this.disk,
      link: this.link,
      clock: machineClock(clock, this.wall, life),
      dice: this.#dice,
      programs: {
        serial: this.name,
        version: this.running?.version ?? '',
        healthy: () => this.#isHealthy(),
        reboot,
      },
      onCall: (call) => this.#onCall(call, name, over),
      strike: (fault) => this.#strike(fault, name, over, true),
      onLine: (line) => this.#heard(line),
      meddle: meddle && ((files) => meddle(this, files)),
    }
  }

  #isHealthy(): boolean {
    const kind = this.#world.catalogue.release(this.running?.version ?? '')?.kind
    return kind !== 'sick' && !(kind === 'half-sick' && this.number % 2 === 1)
  }

  /** A release that turns sick later takes the agent down every few minutes from then on. */
  #crashLater(life: Life, over: (why: string) => void): void {
    if (this.#world.catalogue.release(this.running?.version ?? '')?.kind !== 'sick-later') return
    const soundMs = Math.max(0, sickLaterMs - (this.#world.clock.now - this.#bootedAt))
    this.#later(life, soundMs + this.#dice.whole(120_000, 1_200_000), () => over('crashed, as this release does'))
  }

  /** A reboot as it should be: the agent is told to end; what was not synced is sometimes lost all the same. */
  #shutDown(system: Life, quit: AbortController): void {
    this.#tell('reboots')
    this.#later(system, shutdownMs, () => quit.abort(new DOMException('told to end', 'AbortError')))
    this.#later(system, 2 * shutdownMs, () => {
      this.#goDown()
      if (this.#dice.happens(0.5)) this.disk.crash()
      this.powerOn(1_000)
    })
  }

  #onCall(call: Call, name: string, over: (why: string) => void): Waiting | undefined {
    if (!this.#healed) this.calls.push(call)
    if (call.to === 'disk' && call.op === 'write') this.#checkWrite(call.path)
    if (call.to === 'disk' && call.op === 'rename') this.#world.watch.renamed(this, call.path)
    const fault = this.#triggers.hit(call, this.updating ? 'update' : 'always')
    if (!fault) return undefined
    this.#world.watch.counted(`struck: ${fault.kind}`)
    this.#tell(`${fault.kind} at ${JSON.stringify(call)}`)
    if (fault.kind === 'bit-rot') this.#rot(call, fault.bits)
    if (!('side' in fault && fault.side === 'after')) this.#strike(fault, name, over)
    return fault
  }

  /** Ends what the fault ends; a failing call is the gate's work. A write is torn there before this is called. */
  #strike(fault: Waiting, name: string, over: (why: string) => void, torn = false): void {
    if (fault.kind === 'power-cut') this.cutPower(fault.offMs)
    else if (fault.kind === 'torn-write' && torn) this.cutPower(tornOffMs)
    else if (fault.kind === 'killed') over(name === 'agent' ? `killed while ${this.state}` : 'killed')
  }

  /** The file that is being opened is not what was written any more. */
  #rot(call: Call, bits: number): void {
    const { path } = call as Extract<Call, { to: 'disk' }>
    this.disk.rot(path, bits)
    this.#world.watch.rotten.rotted(this.name, path)
  }

  #heard(line: string): void {
    this.#world.watch.heard(this, line)
    this.#tell(line)
  }

  #checkWrite(path: string): void {
    const set = slotOf(path)
    if (set === undefined) return
    this.#world.watch.broken('boots', this, notSpare(set, this.running?.set, nextToBoot(this.disk)))
  }

  #onNews(news: AgentNews): void {
    if (news.kind !== 'moved') return
    this.state = news.to.at
    if (news.from.at !== 'entry_point' || news.to.at !== 'poll')
      this.#tell(`${news.from.at} --${news.event.on}--> ${news.to.at}`)
    this.#world.watch.moved(this, news)
    const usedBytes = this.disk.usedBytes - [...this.#sticks.values()].reduce((sum, size) => sum + size, 0)
    this.#world.watch.broken('disk-bounded', this, overfull(usedBytes, this.#role.mostBytes))
  }

  #later(life: Life, ms: number, work: () => void): void {
    const forget: { end: () => void } = { end: () => undefined }
    const cancel = this.#world.clock.in(ms, () => {
      forget.end()
      work()
    })
    forget.end = life.onEnd(cancel)
  }

  #tell(what: string): void {
    this.#world.chronicle.add(this.name, what)
  }
}
