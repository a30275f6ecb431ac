import type { RunnerPorts } from '@windlass/machine'
import type { Clock, Files, Journal, Log, Random } from '@windlass/platform'
import type { Report } from '@windlass/wire/updatehub'
import type { Fetcher } from '../download/fetcher.ts'
import type { DownloadStore } from '../download/store.ts'
import type { Health } from '../health/until-healthy.ts'
import type { Callbacks } from '../identity/callbacks.ts'
import type { Firmware } from '../identity/firmware.ts'
import type { ObjectPorts } from '../objects/port.ts'
import type { Hold } from '../policy/hold.ts'
import type { Link } from '../policy/link.ts'
import type { RuntimeSettings } from '../runtime-settings.ts'
import type { Settings } from '../settings.ts'
import type { Slots } from '../slots/port.ts'
import type { UntoldFailures } from '../telemetry/untold.ts'
import type { Guard } from '../watchdog/guard.ts'
import type { Agent } from './diagram.ts'
import type { Offer } from './facts.ts'
import type { Life } from './life.ts'
import type { RefusedPackages } from './refused.ts'
import type { Trial } from './trial.ts'

/** The machine below the agent. */
export interface Host {
  /** This life of the system and of this process. */
  life: Life
  /** Asks for a restart; returns when the request is taken. @throws UpdateError `reboot_failed` */
  reboot(stop: AbortSignal): Promise<void>
}

/** What a server said to a probe (updatehub.md 3.2). */
export type ProbeOutcome =
  | { kind: 'none' }
  | { kind: 'wait'; seconds: number }
  | { kind: 'offer'; metadata: Uint8Array; signature: string | null; retry: string | null; metered: string | null }

/** The server that is polled. `address` is the configured one or a custom one. */
export interface Server {
  /** `waits`: why a package that was offered before is not here yet. @throws UpdateError `server_unreachable` or `server_refused` */
  probe(address: string, firmware: Firmware, retries: number, stop: AbortSignal, waits?: string): Promise<ProbeOutcome>
  report(address: string, report: Report, stop: AbortSignal): Promise<void>
}

/** Who decides when a verified package goes in: the local policy here, a unit's word elsewhere. */
export interface Commander {
  /** Returns when the offer may be installed; tells `waits` why not yet. */
  mayInstall(offer: Offer, stop: AbortSignal, waits: (why: string) => void): Promise<void>
  /**
   * Returns when the new set, which proved itself, may be kept; calls `alive` at least once a minute meanwhile.
   * @throws UpdateError where it is to be given up
   */
  mayKeep(uid: string, stop: AbortSignal, alive: () => unknown): Promise<void>
}

/** Everything the states work with. */
export interface Ports extends RunnerPorts<Agent> {
  clock: Clock
  random: Random
  log: Log
  files: Files
  settings: Settings
  runtime: RuntimeSettings
  firmware: Firmware
  callbacks: Callbacks
  health: Health
  slots: Slots
  host: Host
  server: Server
  commander: Commander
  hold: Hold
  link: Link
  guard: Guard
  store: DownloadStore
  fetcher: Fetcher
  objects: ObjectPorts
  refused: RefusedPackages
  untold: UntoldFailures
  /** The update last installed, and by which life. */
  trial: Journal<Trial>
  /** The log since the update began, as text for reports. */
  currentLog(): string
}
