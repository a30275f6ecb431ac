import type { NodeFact, ResourceInfo, RuntimeInfo } from '@windlass/model/unit'
import { listOf, most, unsigned, whole, wrong } from './checks.ts'
import type { ArchInfo, OSInfo } from './generated/common/v2/common.ts'
import type { SMInfo, RuntimeInfo as WireRuntime } from './generated/servicemanager/v5/servicemanager.ts'

type ServiceManager = Extract<NodeFact, { kind: 'sm_info' }>

export function encodeServiceManager({ nodeId, runtimes, resources }: ServiceManager): SMInfo {
  return {
    nodeId,
    runtimes: runtimes.map(encodeRuntime),
    resources: resources.map(({ name, sharedCount }) => ({ name, sharedCount: unsigned(sharedCount) })),
  }
}

export function decodeServiceManager(path: string, { nodeId, runtimes, resources }: SMInfo): ServiceManager {
  if (nodeId === '') throw wrong(`${path}.node_id`, "a node's id", nodeId)
  return {
    kind: 'sm_info',
    nodeId,
    runtimes: listOf(`${path}.runtimes`, most.runtimes, runtimes, decodeRuntime),
    resources: listOf(
      `${path}.resources`,
      most.resources,
      resources,
      (at, { name, sharedCount }): ResourceInfo => ({
        name,
        sharedCount: whole(`${at}.shared_count`, sharedCount),
      }),
    ),
  }
}

function encodeRuntime(runtime: RuntimeInfo): WireRuntime {
  return {
    runtimeId: runtime.runtimeId,
    type: runtime.type,
    maxDmips: unsigned(runtime.maxDmips),
    allowedDmips: unsigned(runtime.allowedDmips ?? 0),
    totalRam: unsigned(runtime.totalRam),
    allowedRam: unsigned(runtime.allowedRam ?? 0),
    maxInstances: unsigned(runtime.maxInstances),
    osInfo: { os: runtime.os.os, version: runtime.os.version ?? '', features: [...runtime.os.features] },
    archInfo: { architecture: runtime.arch.architecture, variant: runtime.arch.variant ?? '' },
  }
}

/** A quota of 0 is none. */
function decodeRuntime(path: string, wire: WireRuntime): RuntimeInfo {
  const number = (name: string, value: bigint) => whole(`${path}.${name}`, value)
  return {
    runtimeId: wire.runtimeId,
    type: wire.type,
    maxDmips: number('max_dmips', wire.maxDmips),
    ...(wire.allowedDmips > 0n && { allowedDmips: number('allowed_dmips', wire.allowedDmips) }),
    totalRam: number('total_ram', wire.totalRam),
    ...(wire.allowedRam > 0n && { allowedRam: number('allowed_ram', wire.allowedRam) }),
    maxInstances: number('max_instances', wire.maxInstances),
    os: decodeOs(`${path}.os_info`, wire.osInfo),
    arch: decodeArch(wire.archInfo),
  }
}

export function decodeOs(path: string, wire: OSInfo | undefined): RuntimeInfo['os'] {
  const { os, version, features } = wire ?? { os: '', version: '', features: [] }
  return {
    os,
    ...(version !== '' && { version }),
    features: listOf(`${path}.features`, most.names, features, (_, feature) => feature),
  }
}

export function decodeArch(wire: ArchInfo | undefined): RuntimeInfo['arch'] {
  const { architecture, variant } = wire ?? { architecture: '', variant: '' }
  return { architecture, ...(variant !== '' && { variant }) }
}
