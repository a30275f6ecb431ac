import type { Runner } from '@windlass/machine'
import type { LogDocument } from '@windlass/wire/updatehub'
import type { Firmware } from '../identity/firmware.ts'
import type { Hold } from '../policy/hold.ts'
import type { Link } from '../policy/link.ts'
import type { RuntimeSettings } from '../runtime-settings.ts'
import type { Settings } from '../settings.ts'
import type { Agent } from '../update/diagram.ts'
import type { Ports } from '../update/ports.ts'
import type { Rate } from './rate.ts'

/** What the local API shows and commands. */
export interface ApiPorts {
  version: string
  settings: Settings
  runtime: RuntimeSettings
  firmware: Firmware
  runner: Runner<Agent, Ports>
  rate: Rate
  hold: Hold
  link: Link
  log: { toDocument(): LogDocument }
}
