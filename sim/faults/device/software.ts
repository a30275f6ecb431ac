import { overfull } from '../invariants/disk-bounded.ts'
import type { Release } from '../world/catalogue.ts'
import { later } from '../world/later.ts'
import type { Life } from '../world/life.ts'
import { machineClock } from '../world/machine-clock.ts'
import { type AgentNews, runAgent } from './agent-process.ts'
import type { CallWatch } from './call-watch.ts'
import { DeviceApi } from './device-api.ts'
import type { ProcessHost } from './machine-ports.ts'
import { type Process, Processes, type System } from './processes.ts'
import { crashesInMs, isHealthy } from './release-conduct.ts'
import type { DeviceParts } from './role.ts'
import type { SimDevice } from './sim-device.ts'
import type { Call, Waiting } from './triggers.ts'

const startMs = 20_000
const tornOffMs = 5_000

/** What runs on a device while its system is up: the agent, and what stands beside it. */
export class Software {
  /** The state that the agent was last in. */
  state = 'entry_point'
  readonly api = new DeviceApi()
  readonly #device: SimDevice
  readonly #parts: DeviceParts
  readonly #calls: CallWatch
  readonly #processes: Processes

  constructor(device: SimDevice, parts: DeviceParts, calls: CallWatch) {
    this.#device = device
    this.#parts = parts
    this.#calls = calls
    const { clock, watch } = parts.world
    this.#processes = new Processes({
      tell: (what) => this.#tell(what),
      host: (process, system) => this.#hostFor(process, system.reboot),
      started: (process) => this.#crashLater(process),
      ended: () => watch.rotten.ended(device.name),
      later: (life, ms, work) => later(clock, life, ms, work),
    })
  }

  up(system: System): void {
    const { role, world } = this.#parts
    role.onPower?.(true)
    later(world.clock, system.life, startMs, () => {
      this.#processes.start('agent', (host, life) => this.#runAgent(host, life, system.quit.signal), system)
      for (const [name, program] of Object.entries(role.programs)) this.#processes.start(name, program, system)
    })
  }

  down(): void {
    this.#processes.endAll()
    this.#parts.role.onPower?.(false)
  }

  #runAgent(host: ProcessHost, life: Life, quit: AbortSignal): Promise<void> {
    const { settings, joined } = this.#parts.role
    return runAgent(
      {
        ...host,
        settings,
        joined: joined?.(host, life),
        onUp: (api) => this.api.up(api, life),
        onNews: (news) => this.#onNews(news),
      },
      life,
      quit,
    )
  }

  #hostFor(process: Process, reboot: () => void): ProcessHost {
    const device = this.#device
    const { dice, world } = this.#parts
    const { clock, meddle } = world
    return {
      disk: device.disk,
      link: device.link,
      clock: machineClock(clock, device.wall, process.life),
      dice,
      programs: {
        serial: device.name,
        version: device.running?.version ?? '',
        healthy: () => isHealthy(this.#kind, device.number),
        reboot,
      },
      onCall: (call) => this.#onCall(call, process),
      strike: (fault) => this.#strike(fault, process, true),
      onLine: (line) => this.#heard(line),
      meddle: meddle && ((files) => meddle(device, files)),
    }
  }

  /** Of the release that it runs. */
  get #kind(): Release['kind'] | undefined {
    return this.#parts.world.catalogue.release(this.#device.running?.version ?? '')?.kind
  }

  #crashLater({ name, life, over }: Process): void {
    if (name !== 'agent') return
    const { dice, world } = this.#parts
    const ms = crashesInMs(this.#kind, world.clock.now - this.#device.upSince, dice)
    if (ms !== undefined) later(world.clock, life, ms, () => over('crashed, as this release does'))
  }

  #onCall(call: Call, process: Process): Waiting | undefined {
    const fault = this.#calls.hear(call, process.name)
    if (fault && !('side' in fault && fault.side === 'after')) this.#strike(fault, process)
    return fault
  }

  /** Ends what the fault ends; a failing call is the gate's work. A write is torn there before this is called. */
  #strike(fault: Waiting, { name, over }: Process, torn = false): void {
    if (fault.kind === 'power-cut') this.#device.cutPower(fault.offMs)
    else if (fault.kind === 'torn-write' && torn) this.#device.cutPower(tornOffMs)
    else if (fault.kind === 'killed') over(name === 'agent' ? `killed while ${this.state}` : 'killed')
  }

  #heard(line: string): void {
    this.#parts.world.watch.heard(this.#device, line)
    this.#tell(line)
  }

  #onNews(news: AgentNews): void {
    if (news.kind !== 'moved') return
    const { role, world } = this.#parts
    this.state = news.to.at
    if (news.from.at !== 'entry_point' || news.to.at !== 'poll')
      this.#tell(`${news.from.at} --${news.event.on}--> ${news.to.at}`)
    world.watch.moved(this.#device, news)
    world.watch.broken('disk-bounded', this.#device, overfull(this.#device.usedBytes, role.mostBytes))
  }

  #tell(what: string): void {
    this.#parts.world.chronicle.add(this.#device.name, what)
  }
}
