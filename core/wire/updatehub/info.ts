import type { InstallationSet } from '@windlass/model'
import * as v from 'valibot'
import { parseJson, shape } from './json-shape.ts'

/**
 * `GET /info` of the agent (updatehub.md 1.8). Closed: UpdateHub's own client refuses keys it does not know, so what
 * Windlass has to add goes to paths of its own (decision D15). The key order is the reference's.
 */
export interface Info {
  state: string
  version: string
  config: {
    firmware: { metadata: string }
    network: { server_address: string; listen_socket: string }
    /** `interval`: whole seconds with an `s` behind. */
    polling: { interval: string; enabled: boolean }
    storage: { read_only: boolean; runtime_settings: string }
    update: { download_dir: string; supported_install_modes: string[] }
  }
  firmware: {
    product_uid: string
    version: string
    hardware: string
    pub_key: string | null
    device_identity: Record<string, string | string[]>
    device_attributes: Record<string, string | string[]>
  }
  runtime_settings: RuntimeSettingsDocument
}

/** The same document as the runtime settings file (updatehub.md 4.2). `last` is RFC 3339 in UTC. */
export interface RuntimeSettingsDocument {
  polling: { last: string; retries: number; now: boolean; server_address: 'default' | { custom: string } }
  update: { upgrade_to_installation?: InstallationSet; applied_package_uid?: string }
  path: string
  persistent: boolean
}

const runtimeSettings = v.strictObject({
  polling: v.strictObject({
    last: v.string(),
    retries: v.pipe(v.number(), v.safeInteger(), v.minValue(0)),
    now: v.boolean(),
    server_address: v.union([v.literal('default'), v.strictObject({ custom: v.string() })]),
  }),
  update: v.strictObject({
    upgrade_to_installation: v.exactOptional(v.picklist(['a', 'b'])),
    applied_package_uid: v.exactOptional(v.string()),
  }),
  path: v.string(),
  persistent: v.boolean(),
})

/** Reads a runtime settings file. Unknown keys are refused. @throws WireError */
export function decodeRuntimeSettings(bytes: string | Uint8Array): RuntimeSettingsDocument {
  return shape('runtime settings', runtimeSettings, parseJson('runtime settings', bytes))
}

const info = v.object({
  state: v.string(),
  version: v.string(),
  config: v.record(v.string(), v.unknown()),
  firmware: v.looseObject({ product_uid: v.string(), version: v.string(), hardware: v.string() }),
  runtime_settings: v.looseObject({}),
})

/** Reads `/info` of any agent, as far as people are shown it. @throws WireError */
export function decodeInfo(bytes: string | Uint8Array): v.InferOutput<typeof info> {
  return shape('info', info, parseJson('info', bytes))
}
