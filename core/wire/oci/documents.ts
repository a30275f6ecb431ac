import type { AlertRules } from '@windlass/model/unit'

/*
 * The OCI documents of a deployable item, as values (aoscore.md 4.7). Digests are `sha256:` and 64 hexadecimal digits.
 */

export interface Descriptor {
  mediaType: string
  digest: string
  size: number
}

/** Empty texts: not said. */
export interface Platform {
  architecture: string
  variant?: string
  os: string
  osVersion?: string
  osFeatures: readonly string[]
}

export interface IndexEntry extends Descriptor {
  platform?: Platform
  annotations: Readonly<Record<string, string>>
}

export interface Index {
  entries: readonly IndexEntry[]
}

export interface Manifest {
  config: Descriptor
  layers: readonly Descriptor[]
  itemConfig?: Descriptor
  annotations: Readonly<Record<string, string>>
}

/** What the image says of itself and of how it wants to be started. Environment entries are `NAME=value`. */
export interface ImageConfig {
  platform: Platform
  exposedPorts: readonly string[]
  env: readonly string[]
  entrypoint: readonly string[]
  cmd: readonly string[]
  workingDir: string
  user: string
  diffIds: readonly string[]
  health?: HealthCheck
}

/**
 * A command run inside to see whether the service is well; Docker's addition to the format. Failures in `startPeriodMs` after
 * the start do not count; `retries` failures in a row do.
 */
export interface HealthCheck {
  command: readonly string[]
  intervalMs: number
  timeoutMs: number
  startPeriodMs: number
  retries: number
}

/** How an item is placed and limited. Sizes in bytes, CPU in DMIPS, times in milliseconds; absent quotas: none. */
export interface ItemConfig {
  skipResourceLimits: boolean
  hostname?: string
  balancing: 'enabled' | 'disabled'
  /** Types of runtime that may run it; empty: `crun` or `runc`. */
  runtimes: readonly string[]
  runParameters: { startIntervalMs?: number; startBurst?: number; restartIntervalMs?: number }
  sysctl: Readonly<Record<string, string>>
  offlineTtlMs?: number
  quotas: {
    cpuDmips?: number
    ram?: number
    pids?: number
    noFile?: number
    tmp?: number
    state?: number
    storage?: number
    uploadSpeed?: number
    downloadSpeed?: number
    upload?: number
    download?: number
  }
  requested: { cpu?: number; ram?: number; storage?: number; state?: number }
  /** `<item>/<port or from-to>/<tcp or udp>`. */
  allowedConnections: readonly string[]
  resources: readonly { name: string; mode: string }[]
  permissions: Readonly<Record<string, Readonly<Record<string, string>>>>
  alertRules?: AlertRules
}

/** One manifest of an item with all it points to. A component has no image or item configuration of use. */
export interface ItemVariant {
  digest: string
  platform?: Platform
  manifest: Manifest
  image?: ImageConfig
  item?: ItemConfig
}

export interface ItemDocuments {
  indexDigest: string
  variants: readonly ItemVariant[]
}
