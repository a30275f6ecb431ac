import { readFile } from 'node:fs/promises'
import { join } from 'node:path/posix'
import {
  type Log,
  nodeFiles,
  nodeHttp,
  nodeProcesses,
  type Processes,
  systemClock,
  systemRandom,
} from '@windlass/platform'
import { grpc } from '@windlass/platform/grpc'
import { DiskLayers } from './images/disk-layers.ts'
import type { Names } from './network/attachment.ts'
import { BridgeNetwork } from './network/bridge-network.ts'
import { type Network, noNetwork } from './network/network.ts'
import { Span } from './network/span.ts'
import { Trunk } from './network/trunk.ts'
import type { PlaceRecords } from './network/unit-places.ts'
import { uplinkTo } from './network/uplink.ts'
import { SqliteRecords } from './records/sqlite-records.ts'
import { detectRuntimes, type Found } from './runtime/detect.ts'
import type { Means } from './runtime/means.ts'
import { ociMeans } from './runtime/oci-means.ts'
import { processMeans } from './runtime/process-means.ts'
import type { Runtime } from './runtime/runtime.ts'
import { SupervisedRuntime } from './runtime/supervised-runtime.ts'
import type { NodeWorld } from './service-manager.ts'
import { ServicesError } from './services-error.ts'
import type { RuntimeType, Settings } from './settings.ts'
import { findQuotas, type QuotaWay } from './storage/find-quotas.ts'
import { KeptFolders } from './storage/kept-folders.ts'
import { Storage } from './storage/storage.ts'
import type { StorageRecords } from './storage/storage-records.ts'
import { LogFolder } from './telemetry/log-folder.ts'
import { coreCount, procMeters, totalMemory } from './telemetry/meters.ts'
import { readNodeResources } from './workload/node-resources.ts'

const dmipsPerCore = 10_000
/** For a service to come up or go down on a machine that is very busy. */
const patienceMs = 60_000

/** This machine, as the service manager works with it. @throws SettingsError, ServicesError `unsupported` */
export async function nodeWorld(settings: Settings, log: Log): Promise<NodeWorld> {
  const processes = nodeProcesses()
  const isRoot = process.getuid?.() === 0
  const { folders } = settings
  for (const folder of [folders.working, folders.storages, folders.states, folders.logs, folders.run]) {
    await nodeFiles.makeFolder(folder)
  }
  const cores = coreCount()
  const nodeId = settings.nodeId ?? (await machineId())
  const records = SqliteRecords.open(join(folders.working, 'services.db'), (aside) =>
    log.error('records set aside: services end until the unit orders them again', { ...aside }),
  )
  return {
    nodeId,
    power: { cores, maxDmips: settings.maxDmips ?? cores * dmipsPerCore, totalRam: await totalMemory() },
    architecture: architecture(),
    isRoot,
    runtimes: await runtimesFor(settings, nodeId, processes, isRoot, log),
    network: await networkFor(settings, { nodeId, isRoot, records }, processes, log),
    layers: new DiskLayers(join(folders.images, 'layers/sha256'), processes),
    records,
    storage: await storageFor(settings, records, processes, isRoot, log),
    logs: new LogFolder(folders.logs, systemClock),
    resources: await readNodeResources(nodeFiles, settings.resourcesFile),
    meters: procMeters,
    rpc: grpc,
    http: nodeHttp(),
    files: nodeFiles,
    processes,
    clock: systemClock,
    random: systemRandom,
    log,
  }
}

async function storageFor(
  { folders, storageTtlMs }: Settings,
  records: StorageRecords,
  processes: Processes,
  isRoot: boolean,
  log: Log,
): Promise<Storage> {
  const found = async (folder: string) => ({ folder, way: await findQuotas(folder, processes, isRoot) })
  const roots = [await found(folders.storages), await found(folders.states)]
  for (const { folder, way } of roots) tellWay(folder, way, log)
  const kept = new KeptFolders({ records, clock: systemClock, log }, roots, storageTtlMs)
  return new Storage(folders, { kept, processes, isRoot })
}

function tellWay(folder: string, way: QuotaWay, log: Log): void {
  if (way.by === 'filesystem') log.info('quotas are kept by the filesystem', { folder })
  else log.warning('quotas are measured only: a service that runs can fill the disk', { folder, why: way.why })
}

async function runtimesFor(
  settings: Settings,
  nodeId: string,
  processes: Processes,
  isRoot: boolean,
  log: Log,
): Promise<Runtime[]> {
  const found = await detectRuntimes(processes)
  const types = settings.runtimes ?? typesOf(found, isRoot)
  if (types.includes('process')) {
    log.warning('no container runtime is used: services run as plain processes, without isolation, without limits', {
      crun: found.crun ?? 'not found',
      runc: found.runc ?? 'not found',
      root: isRoot,
    })
  }
  if (types.includes('crun') && found.secondHierarchy !== undefined) {
    log.warning('two cgroup hierarchies: crun is run where it does not see the second', { at: found.secondHierarchy })
  }
  const open = (type: RuntimeType) => {
    const folder = join(settings.folders.run, type)
    const options = { folder, graceMs: settings.stopGraceMs, patienceMs }
    const means = meansFor(type, found, { settings, nodeId, isRoot }, processes)
    return SupervisedRuntime.open(means, options, { processes, clock: systemClock })
  }
  return await Promise.all(types.map(open))
}

function typesOf({ crun, runc }: Found, isRoot: boolean): RuntimeType[] {
  const there: RuntimeType[] = [
    ...(crun === undefined ? [] : ['crun' as const]),
    ...(runc === undefined ? [] : ['runc' as const]),
  ]
  return isRoot && there.length > 0 ? there : ['process']
}

function meansFor(
  type: RuntimeType,
  found: Found,
  { settings: { folders }, nodeId, isRoot }: { settings: Settings; nodeId: string; isRoot: boolean },
  processes: Processes,
): Means {
  if (type === 'process') return processMeans(processes, isRoot)
  const path = found[type]
  if (path === undefined) throw new ServicesError('unsupported', `expected the program ${type} in PATH, found none`)
  const hidden = type === 'crun' && found.secondHierarchy !== undefined ? { hiddenMount: found.secondHierarchy } : {}
  return ociMeans(
    {
      type,
      path,
      stateRoot: join(folders.run, `${type}.state`),
      cgroupParent: `/windlass-services/${nodeId}`,
      ...architecture(),
      ...hidden,
    },
    processes,
  )
}

async function networkFor(
  { folders, unit, uplink, trunk: kind }: Settings,
  { nodeId, isRoot, records }: { nodeId: string; isRoot: boolean; records: PlaceRecords },
  processes: Processes,
  log: Log,
): Promise<Network> {
  const [ip, nft] = await Promise.all([processes.find('ip'), processes.find('nft')])
  if (isRoot && ip !== undefined && nft !== undefined) {
    const find = async () => uplink ?? (await uplinkTo(unit, processes))
    const trunk = new Trunk(kind, { processes, log, uplink: find })
    const span = (names: Names) => new Span(names, { processes, records, trunk, log })
    return new BridgeNetwork(join(folders.run, 'network'), nodeId, processes, span)
  }
  log.warning('services have no network of their own', { ip: ip ?? 'not found', nft: nft ?? 'not found', root: isRoot })
  return noNetwork
}

async function machineId(): Promise<string> {
  return (await readFile('/etc/machine-id', 'utf8')).trim()
}

/** As OCI images name it. */
function architecture(): NodeWorld['architecture'] {
  if (process.arch === 'x64') return { architecture: 'amd64' }
  return process.arch === 'arm' ? { architecture: 'arm', variant: 'v7' } : { architecture: process.arch }
}
