import { type CpuInfo, type NodeInfo, nodeStates } from '@windlass/model/unit'
import { listOf, most, oneOf, texts, unsigned, whole, wrong } from './checks.ts'
import { message } from './codec.ts'
import { decodeError, encodeError } from './error-info.ts'
import { NodeInfo as Wire, type CPUInfo as WireCpu } from './generated/iamanager/v6/iamanager.ts'
import { decodeArch, decodeOs } from './service-manager.ts'

/** iamanager.v6 NodeInfo: a node as it knows itself (aoscore.md 1.8). */
export const nodeInfo = message('NodeInfo', Wire, encodeNodeInfo, decodeNodeInfo)

export function encodeNodeInfo(node: NodeInfo): Wire {
  return {
    nodeId: node.nodeId,
    nodeType: node.nodeType,
    title: node.title,
    maxDmips: unsigned(node.maxDmips),
    totalRam: unsigned(node.totalRam),
    physicalRam: unsigned(node.physicalRam ?? 0),
    osInfo: { os: node.os.os, version: node.os.version ?? '', features: [...node.os.features] },
    cpus: node.cpus.map(encodeCpu),
    partitions: node.partitions.map(({ name, types, totalSize, path }) => ({
      name,
      types: [...types],
      totalSize: unsigned(totalSize),
      path: path ?? '',
    })),
    attrs: Object.entries(node.attrs).map(([name, value]) => ({ name, value })),
    state: node.state,
    error: encodeError(node.error),
  }
}

export function decodeNodeInfo(path: string, wire: Wire): NodeInfo {
  if (wire.nodeId === '') throw wrong(`${path}.node_id`, "a node's id", wire.nodeId)
  const physicalRam = whole(`${path}.physical_ram`, wire.physicalRam)
  return {
    nodeId: wire.nodeId,
    nodeType: wire.nodeType,
    title: wire.title,
    maxDmips: whole(`${path}.max_dmips`, wire.maxDmips),
    totalRam: whole(`${path}.total_ram`, wire.totalRam),
    ...(physicalRam > 0 && { physicalRam }),
    os: decodeOs(`${path}.os_info`, wire.osInfo),
    cpus: listOf(`${path}.cpus`, most.names, wire.cpus, decodeCpu),
    partitions: listOf(`${path}.partitions`, most.partitions, wire.partitions, (at, partition) => ({
      name: partition.name,
      types: texts(`${at}.types`, most.names, partition.types),
      totalSize: whole(`${at}.total_size`, partition.totalSize),
      ...(partition.path !== '' && { path: partition.path }),
    })),
    attrs: Object.fromEntries(
      listOf(`${path}.attrs`, most.names, wire.attrs, (_, { name, value }) => [name, value] as const),
    ),
    state: oneOf(`${path}.state`, nodeStates, wire.state),
    ...decodeError(wire.error),
  }
}

const encodeCpu = ({ modelName, cores, threads, arch, maxDmips }: CpuInfo): WireCpu => ({
  modelName,
  numCores: unsigned(cores),
  numThreads: unsigned(threads),
  archInfo: { architecture: arch.architecture, variant: arch.variant ?? '' },
  maxDmips: unsigned(maxDmips ?? 0),
})

const decodeCpu = (path: string, wire: WireCpu): CpuInfo => ({
  modelName: wire.modelName,
  cores: whole(`${path}.num_cores`, wire.numCores),
  threads: whole(`${path}.num_threads`, wire.numThreads),
  arch: decodeArch(wire.archInfo),
  ...(wire.maxDmips > 0n && { maxDmips: whole(`${path}.max_dmips`, wire.maxDmips) }),
})
