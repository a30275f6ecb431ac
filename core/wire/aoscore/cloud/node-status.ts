import { type CpuInfo, type NodeStatus, nodeStates, type RuntimeInfo } from '@windlass/model/unit'
import * as v from 'valibot'
import { anyCase, count, maybe, present } from '../../oci/document-schema.ts'
import { errorInfo } from './error-info.ts'
import { amount, listOf, whole } from './fields.ts'
import { asCodename, byCodename, nodeIdentity } from './identity.ts'

/*
 * A node within unitStatus (aoscore.md 6.5). The paths of partitions stay on the unit.
 */

const archInfo = v.pipe(
  anyCase({ architecture: v.string(), variant: maybe(v.string()) }),
  v.transform((arch) => present(arch)),
)
const osInfo = v.pipe(
  anyCase({ os: v.string(), version: maybe(v.string()), features: listOf(v.string()) }),
  v.transform((os) => present(os)),
)

const cpu = v.pipe(
  anyCase({
    modelName: v.nullish(v.string(), ''),
    totalNumCores: v.nullish(count, 0),
    totalNumThreads: v.nullish(count, 0),
    archInfo,
    maxDmips: maybe(amount),
  }),
  v.transform(
    (o): CpuInfo =>
      present({
        modelName: o.modelName,
        cores: o.totalNumCores,
        threads: o.totalNumThreads,
        arch: o.archInfo,
        maxDmips: o.maxDmips,
      }),
  ),
)

const runtime = v.pipe(
  anyCase({
    identity: byCodename,
    runtimeType: v.string(),
    archInfo,
    osInfo,
    maxDmips: v.nullish(amount, 0),
    allowedDmips: maybe(amount),
    totalRam: v.nullish(amount, 0),
    allowedRam: maybe(amount),
    maxInstances: v.nullish(count, 0),
  }),
  v.transform(
    ({ identity, runtimeType, archInfo: arch, osInfo: os, ...same }): RuntimeInfo =>
      present({ ...same, runtimeId: identity, type: runtimeType, arch, os }),
  ),
)

export const nodeStatus = v.pipe(
  anyCase({
    identity: nodeIdentity,
    nodeGroupSubject: byCodename,
    maxDmips: amount,
    physicalRam: maybe(amount),
    totalRam: amount,
    osInfo,
    cpus: listOf(cpu),
    attrs: v.nullish(v.record(v.string(), v.string()), {}),
    partitions: listOf(anyCase({ name: v.string(), types: listOf(v.string()), totalSize: amount })),
    runtimes: listOf(runtime),
    resources: listOf(anyCase({ name: v.string(), sharedCount: count })),
    state: v.picklist(nodeStates),
    isConnected: v.boolean(),
    errorInfo,
  }),
  v.transform(
    ({ identity, nodeGroupSubject, osInfo: os, errorInfo: error, ...same }): NodeStatus =>
      present({ ...same, ...identity, nodeType: nodeGroupSubject, os, error }),
  ),
)

/** The schema takes no memory of less than a byte: a size not known yet is 1. */
export function encodeNodeStatus(node: NodeStatus) {
  return {
    identity: { codename: node.nodeId, title: node.title || undefined },
    nodeGroupSubject: asCodename(node.nodeType),
    maxDmips: whole(node.maxDmips),
    physicalRam: node.physicalRam ? whole(node.physicalRam) : undefined,
    totalRam: Math.max(1, whole(node.totalRam)),
    osInfo: node.os,
    cpus: node.cpus.map(encodeCpu),
    attrs: node.attrs,
    partitions: node.partitions.map(({ name, types, totalSize }) => ({ name, types, totalSize: whole(totalSize) })),
    runtimes: node.runtimes.map(encodeRuntime),
    resources: node.resources.map(({ name, sharedCount }) => ({ name, sharedCount })),
    state: node.state,
    isConnected: node.isConnected,
    errorInfo: node.error,
  }
}

const encodeCpu = ({ modelName, cores, threads, arch, maxDmips }: CpuInfo) => ({
  modelName,
  totalNumCores: cores,
  totalNumThreads: threads,
  archInfo: arch,
  maxDmips: optionally(maxDmips),
})

const encodeRuntime = (runtime: RuntimeInfo) => ({
  identity: asCodename(runtime.runtimeId),
  runtimeType: runtime.type,
  archInfo: runtime.arch,
  osInfo: runtime.os,
  maxDmips: whole(runtime.maxDmips),
  allowedDmips: optionally(runtime.allowedDmips),
  totalRam: whole(runtime.totalRam),
  allowedRam: optionally(runtime.allowedRam),
  maxInstances: runtime.maxInstances,
})

const optionally = (value: number | undefined) => (value === undefined ? undefined : whole(value))
