import { JoinedUnit, type Settings } from '@windlass/firmware/fakes'
import { fragmentOf, SettingsInput } from '@windlass/platform'
import { type NodeWorld, noNetwork, ServiceManager, servicesDefaults, servicesSettings } from '@windlass/services/fakes'
import { settingsFor } from '../device/layout.ts'
import { machinePorts, type ProcessHost, toldLog } from '../device/machine-ports.ts'
import type { Life } from '../world/life.ts'
import type { NodeContainers } from './containers.ts'
import type { NodeLayers } from './layers.ts'
import { gatedServiceRecords, type ServiceRecords } from './records.ts'
import { architecture, componentType, nodeId } from './unit-catalogue.ts'
import type { UnitWire } from './unit-wire.ts'

/*
 * What runs on each node of a unit: its service manager, and its agent as an update manager.
 */

export const ports = { serviceManagers: 8093, updateManagers: 8091, blobs: 8094, scheduler: 8095 } as const
/** Often enough; whatever happens wakes them anyway. */
const rhythm = { lookEveryMs: 1_800_000, logsEveryMs: 3_600_000 }
/** Where they differ from the usual ones. */
const simulated = {
  workingDir: '/services',
  resourcesConfigFile: '/etc/resources.cfg',
  cmReconnectTimeout: '10s',
  'logging.maxPartSize': 65_536,
  'logging.maxPartCount': 10,
  'monitoring.pollPeriod': '60m',
  'monitoring.averageWindow': '60m',
  'windlass.runDir': '/run/services',
}

/** What a node has beside its disk. */
export interface NodeParts {
  number: number
  layers: NodeLayers
  containers: NodeContainers
  records: ServiceRecords
}

export async function runServices(
  { number, layers, containers, records }: NodeParts,
  wire: UnitWire,
  host: ProcessHost,
  life: Life,
  quit: AbortSignal,
): Promise<void> {
  const node = nodeId(number)
  const machine = machinePorts(host, life)
  const own = { cmServerUrl: `main:${ports.serviceManagers}`, 'windlass.nodeId': node }
  const settings = servicesSettings(
    new SettingsInput(servicesDefaults, fragmentOf('simulation', simulated), fragmentOf('node', own)),
  )
  const world: NodeWorld = {
    ...machine,
    nodeId: node,
    power: { cores: 2, maxDmips: 20_000, totalRam: 2 ** 30 },
    architecture: { architecture },
    isRoot: false,
    runtimes: [containers.through(host, life)],
    network: noNetwork,
    layers: layers.through(host, life, machine.files),
    records: gatedServiceRecords(records, host, life),
    storage: { prepare: async () => [], usage: async () => ({}), keep: async () => undefined },
    logs: { path: async (id) => `/logs/${id}`, look: async () => undefined, read: async () => new Uint8Array() },
    resources: [],
    meters: {
      node: async () => ({ ram: 2 ** 20, cpuMs: 0, download: 0, upload: 0 }),
      service: async () => undefined,
      partition: async () => ({ used: 0, total: 2 ** 30 }),
    },
    rpc: wire.rpc({ node, host, life }),
    log: toldLog(host, life, 'sm: '),
  }
  await new ServiceManager(world, settings, rhythm).run(quit)
}

/** The agent's settings on a node. */
export function agentSettings(number: number): Settings {
  const usual = settingsFor(undefined)
  return {
    ...usual,
    polling: { ...usual.polling, enabled: false },
    unit: {
      communicationManager: `main:${ports.updateManagers}`,
      tls: null,
      nodeId: nodeId(number),
      // The main node last: what it runs commands the others.
      priority: number === 0 ? 0 : 10 + number,
      componentType: componentType(number),
      componentId: componentType(number),
    },
  }
}

export function joinedUnit(number: number, wire: UnitWire, host: ProcessHost, life: Life): JoinedUnit | undefined {
  const { unit } = agentSettings(number)
  return unit ? new JoinedUnit(unit, wire.rpc({ node: nodeId(number), host, life })) : undefined
}
