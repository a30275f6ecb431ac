import { dirname, resolve } from 'node:path'
import type { PartitionInfo, Schedule } from '@windlass/model/unit'
import { decodeSchedule } from '@windlass/wire/aoscore-cloud'
import { parseDuration } from '@windlass/wire/oci'
import * as z from 'zod'
import { isPrivate } from './cloud/private-address.ts'
import type { UpdateRules } from './desired-state/ports.ts'
import { UnitError } from './unit-error.ts'

/** What a unit needs to know to run. Paths are absolute, times milliseconds. */
export interface UnitSettings {
  workingDir: string
  systemId: string
  model: string
  /** How the unit becomes known to its fleet; absent: it has its certificates already, or has no fleet. */
  enrolment: { url: string; claimTokenFile: string } | undefined
  discovery: { url: string; overrideUrl?: string }
  node: { id: string; type: string; title: string; attrs: Readonly<Record<string, string>> }
  /** Names by which other nodes reach this one; they stand in the servers' certificates. */
  hostNames: readonly string[]
  listen: Readonly<
    Record<'serviceManagers' | 'updateManagers' | 'scheduler' | 'blobs' | 'identity' | 'identityProtected', string>
  >
  /** As nodes reach it. */
  blobServerUrl: string
  storageDir: string
  stateDir: string
  update: UpdateRules
  schedules: { sota?: Schedule; fota?: Schedule }
  unitStatusDelayMs: number
  cloudResponseWaitMs: number
  nodesConnectionMs: number
  /** How long nodes may take to start what they are told to. */
  runMs: number
  /** How long an update manager may be away, or work on one command. */
  managerAnswerMs: number
  instanceTtlMs: number
  itemTtlMs: number
  dnsIp: string
  /** Other nodes that are taken into the unit when they appear; all others wait for the fleet's word. */
  acceptNodes: readonly string[]
  /** Set on a node that is not the main one: where the main node's identity service listens, and whom to trust there. */
  mainNode: { publicAddress: string; protectedAddress: string; caFile?: string } | undefined
  /** Who signed the fleet's own certificate, where that is nobody the system knows. */
  cloudCaFile: string | undefined
  partitions: readonly PartitionInfo[]
  /** Item → where its image comes from besides the cloud: `docker://host/repository:tag`, an OCI layout folder or archive. */
  imageSources: Readonly<Record<string, string>>
}

const duration = z.union([z.string(), z.number()]).transform((value, context) => {
  const ms = parseDuration(value)
  if (ms === undefined) context.addIssue({ code: 'custom', message: 'expected seconds, "10s" or "PT10S"' })
  return ms ?? 0
})
const address = z
  .string()
  .regex(/^.*:\d{1,5}$/, 'expected HOST:PORT')
  .refine((text) => Number(text.slice(text.lastIndexOf(':') + 1)) <= 65_535, 'expected a port up to 65535')
/** What goes there is a secret: the claim, or the word that a unit is who it says. */
const trusted = z.url().refine((text) => isPrivate(text), 'expected https, or http on loopback')

/** The file: JSON. Keys that AosCore's communication manager has too carry its names (aoscore.md, appendix A). */
const file = z.strictObject({
  workingDir: z.string().default('/var/lib/windlass/unit'),
  systemId: z.string().min(1).max(64),
  unitModel: z.string().default('unit'),
  fleet: z.strictObject({ url: trusted, claimTokenFile: z.string() }).optional(),
  serviceDiscoveryUrl: trusted.optional(),
  overrideServiceDiscoveryUrl: trusted.optional(),
  node: z
    .strictObject({
      id: z.string().min(1).max(64).default('main'),
      type: z.string().default('main'),
      title: z.string().default(''),
      attrs: z.record(z.string(), z.string()).default({}),
    })
    .prefault({}),
  hostNames: z.array(z.string()).default(['localhost']),
  cmServerUrl: address.default('127.0.0.1:8093'),
  umServerUrl: address.default('127.0.0.1:8091'),
  schedulerUrl: address.default('127.0.0.1:8095'),
  fileServerUrl: address.default('127.0.0.1:8094'),
  iamPublicServerUrl: address.default('127.0.0.1:8090'),
  iamProtectedServerUrl: address.default('127.0.0.1:8089'),
  storageDir: z.string().optional(),
  stateDir: z.string().optional(),
  onFailure: z.enum(['restore', 'converge']).default('restore'),
  timeZone: z.string().default('UTC'),
  sotaSchedule: z.unknown().optional(),
  fotaSchedule: z.unknown().optional(),
  updateTtl: duration.prefault('30d'),
  activatingTimeout: duration.prefault('10m'),
  settleTime: duration.prefault('2s'),
  retryTime: duration.prefault('10s'),
  unitStatusSendTimeout: duration.prefault('10s'),
  cloudResponseWaitTimeout: duration.prefault('10s'),
  imageManager: z.strictObject({ updateItemTtl: duration.prefault('30d') }).prefault({}),
  launcher: z
    .strictObject({
      nodesConnectionTimeout: duration.prefault('10m'),
      runTimeout: duration.prefault('10m'),
      instanceTtl: duration.prefault('30d'),
    })
    .prefault({}),
  umController: z.strictObject({ connectionTimeout: duration.prefault('10m') }).prefault({}),
  dnsIp: z.ipv4().default('10.0.0.100'),
  acceptNodes: z.array(z.string()).default([]),
  mainIAMPublicServerURL: address.optional(),
  mainIAMProtectedServerURL: address.optional(),
  caCert: z.string().optional(),
  imageSources: z.record(z.string(), z.string()).default({}),
  partitions: z
    .array(
      z.strictObject({ name: z.string(), types: z.array(z.string()), path: z.string(), totalSize: z.int().min(0) }),
    )
    .default([]),
})
type File = z.infer<typeof file>

/** Reads a settings file; paths in it are relative to it. @throws UnitError `settings`, naming the place */
export function readSettings(path: string, text: string): UnitSettings {
  const result = file.safeParse(jsonOf(path, text))
  if (!result.success) {
    const [issue] = result.error.issues
    throw new UnitError('settings', `${path}: ${issue?.path.join('.') || 'top level'}: ${issue?.message}`, {
      cause: result.error,
    })
  }
  const from = (other: string) => resolve(dirname(resolve(path)), other)
  checkZone(path, result.data.timeZone)
  return settingsOf(result.data, from, path)
}

function settingsOf(input: File, from: (path: string) => string, path: string): UnitSettings {
  const workingDir = from(input.workingDir)
  const { url, claimTokenFile } = input.fleet ?? {}
  return {
    workingDir,
    systemId: input.systemId,
    model: input.unitModel,
    enrolment:
      url !== undefined && claimTokenFile !== undefined ? { url, claimTokenFile: from(claimTokenFile) } : undefined,
    discovery: discoveryOf(input),
    node: {
      ...input.node,
      title: input.node.title || input.node.id,
      attrs: { ...usualAttrs(input), ...input.node.attrs },
    },
    hostNames: input.hostNames,
    listen: {
      serviceManagers: input.cmServerUrl,
      updateManagers: input.umServerUrl,
      scheduler: input.schedulerUrl,
      blobs: input.fileServerUrl,
      identity: input.iamPublicServerUrl,
      identityProtected: input.iamProtectedServerUrl,
    },
    blobServerUrl: blobServerUrl(input),
    storageDir: from(input.storageDir ?? `${workingDir}/storages`),
    stateDir: from(input.stateDir ?? `${workingDir}/states`),
    update: updateRules(input),
    schedules: schedulesOf(input, path),
    unitStatusDelayMs: input.unitStatusSendTimeout,
    cloudResponseWaitMs: input.cloudResponseWaitTimeout,
    nodesConnectionMs: input.launcher.nodesConnectionTimeout,
    runMs: input.launcher.runTimeout,
    managerAnswerMs: input.umController.connectionTimeout,
    instanceTtlMs: input.launcher.instanceTtl,
    itemTtlMs: input.imageManager.updateItemTtl,
    dnsIp: input.dnsIp,
    acceptNodes: input.acceptNodes,
    mainNode: mainNodeOf(input, from),
    cloudCaFile:
      input.caCert === undefined || input.mainIAMPublicServerURL !== undefined ? undefined : from(input.caCert),
    partitions: input.partitions,
    imageSources: Object.fromEntries(
      Object.entries(input.imageSources).map(([item, place]) => [
        item,
        place.startsWith('docker://') ? place : from(place),
      ]),
    ),
  }
}

function mainNodeOf(input: File, from: (path: string) => string): UnitSettings['mainNode'] {
  const { mainIAMPublicServerURL: publicAddress, mainIAMProtectedServerURL: protectedAddress, caCert } = input
  if (publicAddress === undefined || protectedAddress === undefined) return undefined
  return { publicAddress, protectedAddress, ...(caCert !== undefined && { caFile: from(caCert) }) }
}

function usualAttrs({ mainIAMPublicServerURL }: File): Record<string, string> {
  return mainIAMPublicServerURL === undefined
    ? { MainNode: '', AosComponents: 'cm,iam,sm,um' }
    : { AosComponents: 'iam,sm,um' }
}

/** Our fleet answers at its own address; AosCloud at that of its sample configuration. */
function discoveryOf({
  serviceDiscoveryUrl,
  overrideServiceDiscoveryUrl: overrideUrl,
  fleet,
}: File): UnitSettings['discovery'] {
  const ours = fleet && `${fleet.url.replace(/\/+$/, '')}/sd/v7/`
  const url = serviceDiscoveryUrl ?? ours ?? 'https://aoscloud.io:9000/sd/v7/'
  return { url, ...(overrideUrl !== undefined ? { overrideUrl } : ours !== undefined ? { overrideUrl: ours } : {}) }
}

function blobServerUrl({ fileServerUrl, hostNames }: File): string {
  const [, host = '', port = ''] = /^(.*):(\d+)$/.exec(fileServerUrl) ?? []
  const everywhere = host === '' || host === '0.0.0.0' || host === '::' || host === '[::]'
  return `http://${everywhere ? (hostNames[0] ?? 'localhost') : host}:${port}`
}

function updateRules(input: File): UpdateRules {
  return {
    onFailure: input.onFailure,
    zone: input.timeZone,
    defaultTtlMs: input.updateTtl,
    activatingMs: input.activatingTimeout,
    settleMs: input.settleTime,
    retryMs: input.retryTime,
  }
}

function schedulesOf({ sotaSchedule, fotaSchedule }: File, path: string): UnitSettings['schedules'] {
  try {
    return {
      ...(sotaSchedule !== undefined && { sota: decodeSchedule('sotaSchedule', sotaSchedule) }),
      ...(fotaSchedule !== undefined && { fota: decodeSchedule('fotaSchedule', fotaSchedule) }),
    }
  } catch (cause) {
    throw new UnitError('settings', `${path}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause })
  }
}

function checkZone(path: string, zone: string): void {
  if (isZone(zone)) return
  throw new UnitError(
    'settings',
    `${path}: timeZone: expected one such as "Europe/Berlin", got ${JSON.stringify(zone)}`,
  )
}

function isZone(zone: string): boolean {
  try {
    return Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(zone).timeZoneId !== ''
  } catch {
    return false
  }
}

function jsonOf(path: string, text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new UnitError('settings', `${path}: expected JSON, got: ${why}`, { cause })
  }
}
