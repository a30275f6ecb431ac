import type { InstallationSet } from '@windlass/model'
import { later } from '../world/later.ts'
import { Life } from '../world/life.ts'
import { putBootId } from './layout.ts'
import type { System } from './processes.ts'
import type { DeviceParts } from './role.ts'
import type { SimDevice } from './sim-device.ts'
import { startUp } from './start-up.ts'

const shutdownMs = 3_000
const soonMs = 1_000

/** What a system runs. */
export interface Running {
  set: InstallationSet
  version: string
}

/** Who comes with a system, and is gone with it. */
export interface PowerPorts {
  up(system: System): void
  down(): void
}

/** The power of a device: when it comes, the boot loader starts a system; when it goes, that is gone. */
export class Power {
  running: Running | undefined
  /** When the system came up. */
  upSince = 0
  readonly #device: SimDevice
  readonly #parts: DeviceParts
  readonly #ports: PowerPorts
  #system = new Life()
  #systems = 0
  #cutNextStartAfter: number | undefined

  constructor(device: SimDevice, parts: DeviceParts, ports: PowerPorts) {
    this.#device = device
    this.#parts = parts
    this.#ports = ports
  }

  on(afterMs: number): void {
    // Power that was to come back at another time does not come twice.
    this.#system.end()
    const system = new Life()
    this.#system = system
    this.#later(system, afterMs, () => void this.#start(system))
  }

  /** It goes now, and comes back. */
  cut(offMs: number): void {
    this.#tell(`power cut for ${Math.round(offMs / 1000)} s while ${this.#device.state}`)
    this.off()
    this.#device.disk.crash()
    this.on(offMs)
  }

  /** It goes in the boot loader. That is where power comes back to, so it goes once before as well. */
  cutInLoader(afterChanges: number): void {
    this.#cutNextStartAfter = afterChanges
    this.cut(soonMs)
  }

  off(): void {
    this.running = undefined
    this.#system.end()
    this.#ports.down()
  }

  /** It goes no more in the boot loader, and comes back soon where it is away. */
  heal(): void {
    this.#cutNextStartAfter = undefined
    if (!this.running) this.on(soonMs)
  }

  async #start(system: Life): Promise<void> {
    const { world } = this.#parts
    const wait = (ms: number) => new Promise<void>((resolve) => this.#later(system, ms, resolve))
    const started = await startUp(this.#device, world, { system, cutAfterChanges: this.#takeLoaderCut(), wait })
    if (started === 'power-cut') {
      this.#tell('power cut in the boot loader')
      world.watch.counted('struck: power-cut-in-boot-loader')
      this.on(soonMs)
    } else if (started) {
      this.#up(system, started)
    }
  }

  #takeLoaderCut(): number {
    const cut = this.#cutNextStartAfter ?? Infinity
    this.#cutNextStartAfter = undefined
    return cut
  }

  #up(life: Life, running: Running): void {
    const { disk, name } = this.#device
    this.#systems += 1
    this.running = running
    this.upSince = this.#parts.world.clock.now
    putBootId(disk, `${name}-boot-${this.#systems}`)
    disk.operations.length = 0
    const quit = new AbortController()
    this.#ports.up({ life, quit, reboot: () => this.#restart(life, quit) })
  }

  /** A restart as it should be: the agent is told to end; what was not synced is sometimes lost all the same. */
  #restart(system: Life, quit: AbortController): void {
    this.#tell('reboots')
    this.#later(system, shutdownMs, () => quit.abort(new DOMException('told to end', 'AbortError')))
    this.#later(system, 2 * shutdownMs, () => {
      this.off()
      if (this.#parts.dice.happens(0.5)) this.#device.disk.crash()
      this.on(soonMs)
    })
  }

  #later(life: Life, ms: number, work: () => void): void {
    later(this.#parts.world.clock, life, ms, work)
  }

  #tell(what: string): void {
    this.#parts.world.chronicle.add(this.#device.name, what)
  }
}
