import * as v from 'valibot'
import { alertRulesDocument, alertRulesSchema } from './alert-rules.ts'
import { anyCase, count, list, maybe, names, present, readDocument, texts } from './document-schema.ts'
import type { ItemConfig } from './documents.ts'
import { duration, formatDuration } from './duration.ts'

/** Of an image that says nothing about how it wants to be run. */
export const defaultItemConfig: ItemConfig = {
  skipResourceLimits: false,
  balancing: 'enabled',
  runtimes: [],
  runParameters: {},
  sysctl: {},
  quotas: {},
  requested: {},
  allowedConnections: [],
  resources: [],
  permissions: {},
}

const amount = maybe(v.pipe(v.number(), v.finite('a number'), v.minValue(0, 'a number from 0 on')))
const quotas = anyCase({
  cpuDMIPSLimit: amount,
  ramLimit: amount,
  pidsLimit: amount,
  noFileLimit: amount,
  tmpLimit: amount,
  stateLimit: amount,
  storageLimit: amount,
  uploadSpeed: amount,
  downloadSpeed: amount,
  uploadLimit: amount,
  downloadLimit: amount,
})
const requested = anyCase({ cpu: amount, ram: amount, storage: amount, state: amount })
const runParameters = anyCase({
  startInterval: maybe(duration),
  startBurst: maybe(count),
  restartInterval: maybe(duration),
})
// The older generation writes names alone, and devices apart.
const resource = v.union(
  [anyCase({ name: v.string(), mode: v.nullish(v.string(), '') }), v.pipe(v.string(), v.transform(resourceOf))],
  'a name or {name, mode}',
)
const runtime = v.union(
  [
    v.pipe(
      anyCase({ codename: v.string() }),
      v.transform(({ codename }) => codename),
    ),
    v.string(),
  ],
  'a name or {codename}',
)
const itemConfig = anyCase({
  skipResourceLimits: v.nullish(v.boolean(), false),
  hostname: maybe(v.string()),
  balancingPolicy: v.nullish(v.picklist(['enabled', 'disabled', '']), ''),
  runtimes: list(runtime),
  runners: list(v.string()),
  runParameters: maybe(runParameters),
  sysctl: texts,
  offlineTTL: maybe(duration),
  quotas: maybe(quotas),
  requestedResources: maybe(requested),
  allowedConnections: names,
  resources: list(resource),
  devices: list(anyCase({ name: v.string(), permissions: v.nullish(v.string(), '') })),
  permissions: v.nullish(v.record(v.string(), v.record(v.string(), v.string())), {}),
  alertRules: maybe(alertRulesSchema),
})

/** How an item wants to be placed, limited and run (aoscore.md 4.7). @throws WireError */
export function decodeItemConfig(bytes: Uint8Array): ItemConfig {
  const c = readDocument('item config', itemConfig, bytes)
  return present({
    skipResourceLimits: c.skipResourceLimits,
    hostname: c.hostname,
    balancing: c.balancingPolicy || 'enabled',
    runtimes: [...c.runtimes, ...c.runners],
    runParameters: runParametersOf(c.runParameters),
    sysctl: c.sysctl,
    offlineTtlMs: c.offlineTTL,
    quotas: quotasOf(c.quotas),
    requested: present({ ...c.requestedResources }),
    allowedConnections: c.allowedConnections,
    resources: [...c.resources, ...c.devices.map(({ name, permissions }) => ({ name, mode: permissions }))],
    permissions: c.permissions,
    alertRules: c.alertRules,
  })
}

export function encodeItemConfig(c: ItemConfig): string {
  const { startIntervalMs, startBurst, restartIntervalMs } = c.runParameters
  return JSON.stringify({
    skipResourceLimits: c.skipResourceLimits,
    hostname: c.hostname,
    balancingPolicy: c.balancing,
    runtimes: c.runtimes.map((codename) => ({ codename })),
    runParameters: {
      startInterval: span(startIntervalMs),
      startBurst,
      restartInterval: span(restartIntervalMs),
    },
    sysctl: c.sysctl,
    offlineTTL: span(c.offlineTtlMs),
    quotas: quotasDocument(c.quotas),
    requestedResources: c.requested,
    allowedConnections: Object.fromEntries(c.allowedConnections.map((connection) => [connection, {}])),
    resources: c.resources,
    permissions: c.permissions,
    alertRules: c.alertRules && alertRulesDocument(c.alertRules),
  })
}

function resourceOf(name: string): { name: string; mode: string } {
  return { name, mode: '' }
}

function runParametersOf(p: v.InferOutput<typeof runParameters> | undefined): ItemConfig['runParameters'] {
  return present({
    startIntervalMs: p?.startInterval,
    startBurst: p?.startBurst,
    restartIntervalMs: p?.restartInterval,
  })
}

function quotasOf(q: v.InferOutput<typeof quotas> | undefined): ItemConfig['quotas'] {
  return present({
    cpuDmips: q?.cpuDMIPSLimit,
    ram: q?.ramLimit,
    pids: q?.pidsLimit,
    noFile: q?.noFileLimit,
    tmp: q?.tmpLimit,
    state: q?.stateLimit,
    storage: q?.storageLimit,
    uploadSpeed: q?.uploadSpeed,
    downloadSpeed: q?.downloadSpeed,
    upload: q?.uploadLimit,
    download: q?.downloadLimit,
  })
}

function quotasDocument(q: ItemConfig['quotas']): Record<string, unknown> {
  return {
    cpuDMIPSLimit: q.cpuDmips,
    ramLimit: q.ram,
    pidsLimit: q.pids,
    noFileLimit: q.noFile,
    tmpLimit: q.tmp,
    stateLimit: q.state,
    storageLimit: q.storage,
    uploadSpeed: q.uploadSpeed,
    downloadSpeed: q.downloadSpeed,
    uploadLimit: q.upload,
    downloadLimit: q.download,
  }
}

function span(ms: number | undefined): string | undefined {
  return ms === undefined ? undefined : formatDuration(ms)
}
