import type { JoinedUnit, Settings } from '@windlass/firmware/fakes'
import type { Files, HttpRequest, HttpResponse } from '@windlass/platform'
import type { Watch } from '../invariants/watch.ts'
import type { Catalogue } from '../world/catalogue.ts'
import type { Chronicle } from '../world/chronicle.ts'
import type { Dice } from '../world/dice.ts'
import type { Life } from '../world/life.ts'
import type { WorldClock } from '../world/world-clock.ts'
import type { ProcessHost } from './machine-ports.ts'
import type { SimDevice } from './sim-device.ts'

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

/** What a device is made of. */
export interface DeviceParts {
  world: DeviceWorld
  role: Role
  dice: Dice
}
