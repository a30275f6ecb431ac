import type { Mode } from '@windlass/model'
import * as v from 'valibot'
import { parseDuration } from './duration.ts'
import { type ListenAddress, parseListenAddress } from './listen-address.ts'

/** The agent's settings, checked and typed by what they mean. Times are milliseconds. */
export interface Settings {
  serverAddress: string
  /** As written, for `/info`. */
  listenSocket: string
  listen: ListenAddress
  readOnly: boolean
  runtimeSettingsPath: string
  polling: { enabled: boolean; intervalMs: number }
  downloadFolder: string
  installModes: readonly string[]
  metadataFolder: string
  strictProduct: boolean
  callbackTimeoutMs: number
  rebootWaitMs: number
}

const shortestIntervalMs = 60_000

const serverAddress = v.pipe(v.string(), v.regex(/^https?:\/\/\S+$/, 'an address that starts with http:// or https://'))
const duration = v.pipe(
  v.string(),
  v.check((text) => parseDuration(text) !== undefined, 'a duration such as "6h"'),
  v.transform((text) => parseDuration(text) ?? 0),
)
const interval = v.pipe(duration, v.minValue(shortestIntervalMs, 'a duration of at least 60 s'))
const positive = v.pipe(duration, v.minValue(1_000, 'a duration of at least 1 s'))
const listenSocket = v.pipe(
  v.string(),
  v.check((text) => parseListenAddress(text) !== undefined, 'localhost:PORT or IP:PORT'),
)

/** UpdateHub's sections: where the file is, all their keys must be (updatehub.md 4.1). */
const sections = {
  network: v.strictObject({ server_address: serverAddress, listen_socket: listenSocket }),
  storage: v.strictObject({ read_only: v.boolean(), runtime_settings: v.string() }),
  polling: v.strictObject({ enabled: v.boolean(), interval }),
  update: v.strictObject({ download_dir: v.string(), supported_install_modes: v.array(v.string()) }),
  firmware: v.strictObject({ metadata: v.string() }),
}
/** Ours: every key may be left out. */
const windlass = v.strictObject({
  /** Refuse packages of another product instead of warning. */
  strict_product: v.optional(v.boolean(), false),
  /** Hooks of the integrator are killed after this. */
  callback_timeout: v.optional(positive, '10m'),
  /** How long the system may take to go down once a restart was ordered. */
  reboot_wait: v.optional(positive, '5m'),
})
export const settingsSchema = v.strictObject({ ...sections, windlass: v.optional(windlass, {}) })

/** What counts where there is no file. */
export const defaultFragment: v.InferInput<typeof settingsSchema> = {
  network: { server_address: 'https://api.updatehub.io', listen_socket: 'localhost:8080' },
  storage: { read_only: false, runtime_settings: '/var/lib/updatehub/runtime_settings.conf' },
  polling: { enabled: true, interval: '1d' },
  update: {
    download_dir: '/tmp/updatehub',
    supported_install_modes: ['dry-run', 'copy', 'flash', 'imxkobs', 'raw', 'tarball', 'ubifs'],
  },
  firmware: { metadata: '/usr/share/updatehub' },
}

/** From what the file says to what the code works with. */
export function toSettings(input: v.InferOutput<typeof settingsSchema>): Settings {
  const { network, storage, polling, update, firmware, windlass: ours } = input
  return {
    serverAddress: network.server_address,
    listenSocket: network.listen_socket,
    listen: parseListenAddress(network.listen_socket) ?? { host: '127.0.0.1', port: 8080 },
    readOnly: storage.read_only,
    runtimeSettingsPath: storage.runtime_settings,
    polling: { enabled: polling.enabled, intervalMs: polling.interval },
    downloadFolder: update.download_dir,
    installModes: update.supported_install_modes,
    metadataFolder: firmware.metadata,
    strictProduct: ours.strict_product,
    callbackTimeoutMs: ours.callback_timeout,
    rebootWaitMs: ours.reboot_wait,
  }
}

/** Settings spell two modes without their hyphen; both spellings count (decision D7). */
export function supportsMode(modes: readonly string[], mode: Mode): boolean {
  return modes.includes(mode) || modes.includes(mode.replaceAll('-', ''))
}
