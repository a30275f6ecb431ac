import type { Mode } from '@windlass/model'
import { type Fragment, fragmentOf, kinds, type SettingsInput } from '@windlass/platform'
import { readUnit, type UnitSettings, unitKeys } from './commander/unit-settings.ts'
import { duration } from './duration.ts'
import type { HealthChecks } from './health/checks.ts'
import { type ListenAddress, listenAddress } from './listen-address.ts'
import { type ApiSocket, readSocket, socketMode, socketPath, usualSocket } from './local-api/api-socket.ts'
import type { LinkSettings } from './policy/link.ts'
import type { Policy } from './policy/local-policy.ts'
import { timeZone, window } from './policy/window.ts'
import { type BootControl, readBootControl } from './slots/boot-control.ts'
import type { WatchdogSettings } from './watchdog/device-watchdog.ts'

/** The agent's settings, checked and typed by what they mean. Times are milliseconds. */
export interface Settings {
  serverAddress: string
  /** As written, for `/info`. */
  listenSocket: string
  listen: ListenAddress
  /** A way in beside it, for those whom file permissions let in; null for none. */
  apiSocket: ApiSocket | null
  readOnly: boolean
  runtimeSettingsPath: string
  polling: { enabled: boolean; intervalMs: number }
  downloadFolder: string
  installModes: readonly string[]
  metadataFolder: string
  /** Refuse packages of another product instead of warning. */
  strictProduct: boolean
  /** Each poll is put off by up to this much, at random, so that a fleet does not ask all at once. */
  pollJitterMs: number
  /** The most a download may take, null for no limit. */
  mostBytesPerSecond: number | null
  /** Packages that appear here are installed; null for no such folder. */
  watchFolder: string | null
  /** Callbacks of the integrator are killed after this. */
  callbackTimeoutMs: number
  /** How long the system may take to go down once a restart was ordered. */
  rebootWaitMs: number
  bootControl: BootControl
  policy: Policy
  link: LinkSettings
  health: HealthChecks
  /** The hardware's, armed over the restart into a new set and its trial; null for none. */
  watchdog: WatchdogSettings | null
  /** The unit that commands this device, null for none; then the server is polled. */
  unit: UnitSettings | null
}

/** UpdateHub's keys with the values that count where there is no file; where there is one, it must have them all (updatehub.md 4.1). */
const updatehub: Readonly<Record<string, unknown>> = {
  'network.server_address': 'https://api.updatehub.io',
  'network.listen_socket': 'localhost:8080',
  'storage.read_only': false,
  'storage.runtime_settings': '/var/lib/updatehub/runtime_settings.conf',
  'polling.enabled': true,
  'polling.interval': '1d',
  'update.download_dir': '/tmp/updatehub',
  'update.supported_install_modes': ['dry-run', 'copy', 'flash', 'imxkobs', 'raw', 'tarball', 'ubifs'],
  'firmware.metadata': '/usr/share/updatehub',
}

/** Ours, each of which a file may leave out. */
const windlass: Readonly<Record<string, unknown>> = {
  'windlass.strict_product': false,
  'windlass.callback_timeout': '10m', // a migration of data in a validate callback takes minutes, not more
  'windlass.reboot_wait': '5m', // services that take long to stop are killed by then
  'windlass.poll_jitter': '0s',
  'windlass.boot_control': 'scripts',
  'windlass.windows': [],
  'windlass.time_zone': 'UTC',
  'windlass.api.socket': usualSocket,
  'windlass.api.mode': '0660',
  'windlass.watchdog.device': 'none', // where it is set, a reset is what an agent that hangs in a trial leads to
  'windlass.watchdog.timeout': '60s',
  'windlass.network.metered': 'never',
  'windlass.network.metered_interfaces': [],
  'windlass.health.commands': [],
  'windlass.health.http': [],
  'windlass.health.units': [],
  'windlass.health.server': false,
  'windlass.health.minimum_uptime': '0s',
  'windlass.health.within': '5m', // as long as a boot with slow services takes
}

export const updatehubKeys = Object.keys(updatehub)
export const ourKeys = [
  ...Object.keys(windlass),
  'windlass.hold_file',
  'windlass.boot_environment',
  'windlass.watch_folder',
  'windlass.bandwidth_limit',
  'windlass.network.metered_command',
  'windlass.api.group',
  ...unitKeys,
]
export const updatehubDefaults: Fragment = fragmentOf('defaults', updatehub)
export const ourDefaults: Fragment = fragmentOf('defaults', windlass)

const address: kinds.Kind<string> = {
  expected: 'an address that starts with http:// or https://',
  read: (value) => (typeof value === 'string' && /^https?:\/\/\S+$/.test(value) ? value : undefined),
}
const shortestIntervalMs = 60_000
const shortestWaitMs = 1_000
const shortestWatchMs = 10_000 // systemd may take five seconds to start the agent again
const leastBandwidth = 1_024 // bytes per second; slower would count as a stalled server

/** @throws SettingsError */
export function toSettings(input: SettingsInput): Settings {
  const unit = readUnit(input)
  return {
    unit,
    serverAddress: input.get('network.server_address', address),
    listenSocket: input.get('network.listen_socket', kinds.text),
    listen: input.get('network.listen_socket', listenAddress),
    apiSocket: readSocket(
      input.get('windlass.api.socket', socketPath),
      input.get('windlass.api.mode', socketMode),
      input.find('windlass.api.group', kinds.text),
    ),
    readOnly: input.get('storage.read_only', kinds.flag),
    runtimeSettingsPath: input.get('storage.runtime_settings', kinds.text),
    polling: {
      enabled: input.get('polling.enabled', kinds.flag) && unit === null,
      intervalMs: input.get('polling.interval', duration(shortestIntervalMs)),
    },
    downloadFolder: input.get('update.download_dir', kinds.text),
    installModes: input.get('update.supported_install_modes', kinds.listOf(kinds.text)),
    metadataFolder: input.get('firmware.metadata', kinds.text),
    strictProduct: input.get('windlass.strict_product', kinds.flag),
    pollJitterMs: input.get('windlass.poll_jitter', duration(0)),
    mostBytesPerSecond: input.find('windlass.bandwidth_limit', kinds.whole(leastBandwidth, 2 ** 40)) ?? null,
    watchFolder: input.find('windlass.watch_folder', kinds.text) ?? null,
    callbackTimeoutMs: input.get('windlass.callback_timeout', duration(shortestWaitMs)),
    rebootWaitMs: input.get('windlass.reboot_wait', duration(shortestWaitMs)),
    bootControl: readBootControl(input),
    policy: {
      windows: input.get('windlass.windows', kinds.listOf(window)),
      timeZone: input.get('windlass.time_zone', timeZone),
      holdFile: input.find('windlass.hold_file', kinds.text) ?? null,
    },
    link: {
      metered: input.get('windlass.network.metered', kinds.oneOf('never', 'always', 'auto')),
      command: input.find('windlass.network.metered_command', kinds.text) ?? null,
      interfaces: input.get('windlass.network.metered_interfaces', kinds.listOf(kinds.text)),
    },
    watchdog: readWatchdog(input),
    health: {
      commands: input.get('windlass.health.commands', kinds.listOf(kinds.text)),
      http: input.get('windlass.health.http', kinds.listOf(address)),
      units: input.get('windlass.health.units', kinds.listOf(kinds.text)),
      server: input.get('windlass.health.server', kinds.flag),
      minimumUptimeMs: input.get('windlass.health.minimum_uptime', duration(0)),
      withinMs: input.get('windlass.health.within', duration(shortestWaitMs)),
    },
  }
}

function readWatchdog(input: SettingsInput): WatchdogSettings | null {
  const device = input.get('windlass.watchdog.device', kinds.text)
  const timeMs = input.get('windlass.watchdog.timeout', duration(shortestWatchMs))
  return device === 'none' ? null : { device, timeMs }
}

/** Settings spell two modes without their hyphen; both spellings count (decision D7). */
export function supportsMode(modes: readonly string[], mode: Mode): boolean {
  return modes.includes(mode) || modes.includes(mode.replaceAll('-', ''))
}
