import type { InstallationSet } from '@windlass/model'
import type { FakeFiles } from '@windlass/platform/fakes'
import { overfull } from '../invariants/disk-bounded.ts'
import type { DeviceFault } from '../scenario.ts'
import type { Release } from '../world/catalogue.ts'
import { Dice } from '../world/dice.ts'
import { Life } from '../world/life.ts'
import { machineClock } from '../world/machine-clock.ts'
import { type AgentNews, runAgent } from './agent-process.ts'
import { CallWatch } from './call-watch.ts'
import { DeviceApi } from './device-api.ts'
import { disturbLink, fillDisk } from './lasting-troubles.ts'
import { factoryDisk, putBootId } from './layout.ts'
import { Link } from './link.ts'
import type { ProcessHost } from './machine-ports.ts'
import { type Process, Processes } from './processes.ts'
import { crashesInMs, isHealthy } from './release-conduct.ts'
import type { DeviceWorld, Role } from './role.ts'
import { startUp } from './start-up.ts'
import type { Call, Heard, Waiting } from './triggers.ts'

const idle: readonly string[] = ['entry_point', 'park', 'poll', 'probe']
const bootMs = 20_000
const shutdownMs = 3_000
const tornOffMs = 5_000

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
  readonly api = new DeviceApi()
  readonly #world: DeviceWorld
  readonly #role: Role
  readonly #dice: Dice
  readonly #calls: CallWatch
  #system = new Life()
  readonly #processes: Processes
  #boots = 0
  #cutNextBootAfter: number | undefined
  #bootedAt = 0
  readonly #sticks = new Map<string, number>()

  /** `number`: no two devices of a world have the same. */
  constructor(number: number, world: DeviceWorld, role: Role) {
    this.number = number
    this.name = role.name
    this.#world = world
    this.#role = role
    this.#dice = new Dice(world.seed, 1 + number)
    const { factory: version, capacity } = role
    this.disk = factoryDisk({ seed: this.#dice.whole(1, 2 ** 31), publicKey: world.publicKey, version, capacity })
    this.#calls = new CallWatch(this, world)
    this.#processes = new Processes({
      tell: (what) => this.#tell(what),
      host: (process, system) => this.#hostFor(process, system.reboot),
      started: (process) => this.#crashLater(process),
      ended: () => world.watch.rotten.ended(this.name),
      later: (life, ms, work) => this.#later(life, ms, work),
    })
    this.link = new Link(role.fars, new Dice(world.seed, 1_001 + number))
  }

  /** Every call of its processes until faults stop. */
  get calls(): readonly Heard[] {
    return this.#calls.calls
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
        return fillDisk(this.disk, this.#world.clock, fault.forMs, this.#role.capacity)
      case 'link':
        return disturbLink(this.link, this.#world.clock, fault.forMs, fault.how)
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
        this.#calls.arm(fault)
    }
  }

  /** No fault works any more; a device without power gets it back soon. */
  heal(): void {
    this.#calls.heal()
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
    this.#processes.endAll()
    this.#role.onPower?.(false)
  }

  async #boot(system: Life): Promise<void> {
    const wait = (ms: number) => new Promise<void>((resolve) => this.#later(system, ms, resolve))
    const started = await startUp(this, this.#world, { system, cutAfterChanges: this.#takeLoaderCut(), wait })
    if (started === 'power-cut') {
      this.#tell('power cut in the boot loader')
      this.#world.watch.counted('struck: power-cut-in-boot-loader')
      this.powerOn(1_000)
    } else if (started) {
      this.#systemUp(system, started)
    }
  }

  #takeLoaderCut(): number {
    const cut = this.#cutNextBootAfter ?? Infinity
    this.#cutNextBootAfter = undefined
    return cut
  }

  #systemUp(system: Life, running: NonNullable<SimDevice['running']>): void {
    this.#boots += 1
    this.running = running
    this.#bootedAt = this.#world.clock.now
    putBootId(this.disk, `${this.name}-boot-${this.#boots}`)
    this.disk.operations.length = 0
    this.#role.onPower?.(true)
    const quit = new AbortController()
    const up = { life: system, quit, reboot: () => this.#shutDown(system, quit) }
    this.#later(system, bootMs, () => {
      this.#processes.start('agent', (host, life) => this.#runAgent(host, life, quit.signal), up)
      for (const [name, program] of Object.entries(this.#role.programs)) this.#processes.start(name, program, up)
    })
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

  #hostFor(process: Process, reboot: () => void): ProcessHost {
    const { clock, meddle } = this.#world
    return {
      disk: this.disk,
      link: this.link,
      clock: machineClock(clock, this.wall, process.life),
      dice: this.#dice,
      programs: {
        serial: this.name,
        version: this.running?.version ?? '',
        healthy: () => isHealthy(this.#kind, this.number),
        reboot,
      },
      onCall: (call) => this.#onCall(call, process),
      strike: (fault) => this.#strike(fault, process, true),
      onLine: (line) => this.#heard(line),
      meddle: meddle && ((files) => meddle(this, files)),
    }
  }

  /** Of the release that it runs. */
  get #kind(): Release['kind'] | undefined {
    return this.#world.catalogue.release(this.running?.version ?? '')?.kind
  }

  #crashLater({ name, life, over }: Process): void {
    if (name !== 'agent') return
    const ms = crashesInMs(this.#kind, this.#world.clock.now - this.#bootedAt, this.#dice)
    if (ms !== undefined) this.#later(life, ms, () => over('crashed, as this release does'))
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

  #onCall(call: Call, process: Process): Waiting | undefined {
    const fault = this.#calls.hear(call, process.name)
    if (fault && !('side' in fault && fault.side === 'after')) this.#strike(fault, process)
    return fault
  }

  /** Ends what the fault ends; a failing call is the gate's work. A write is torn there before this is called. */
  #strike(fault: Waiting, { name, over }: Process, torn = false): void {
    if (fault.kind === 'power-cut') this.cutPower(fault.offMs)
    else if (fault.kind === 'torn-write' && torn) this.cutPower(tornOffMs)
    else if (fault.kind === 'killed') over(name === 'agent' ? `killed while ${this.state}` : 'killed')
  }

  #heard(line: string): void {
    this.#world.watch.heard(this, line)
    this.#tell(line)
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
