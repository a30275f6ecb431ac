import type { InstanceOrder } from '@windlass/model/unit'
import type { Image } from '../images/image-store.ts'
import { instanceId } from '../instances/ids.ts'
import { hostsFile } from '../network/attachment.ts'
import type { Attached } from '../network/network.ts'
import { cpuPeriod } from '../runtime/oci-spec.ts'
import type { Bind, Limits, Workload } from '../runtime/runtime.ts'
import { ServicesError } from '../services-error.ts'
import type { Lent } from './lent.ts'

/** What the node can do. `maxDmips` of all its cores together. */
export interface NodePower {
  cores: number
  maxDmips: number
  totalRam: number
}

export interface WorkloadParts {
  order: InstanceOrder
  image: Image
  node: NodePower
  storage: readonly Bind[]
  network: Attached
  lent: Lent
  logPath: string
  /** Comes back from the runtime with the run. */
  label: string
}

const defaultPath = 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'
const defaultTmpBytes = 64 * 1024 * 1024
const leastCpuQuota = 1000

/** How an instance is run: what the image says, limited by what its item may, on this node (aoscore.md 5.9). */
export function workloadOf(parts: WorkloadParts): Workload {
  const { order, image, network, storage, lent, logPath, label } = parts
  const id = instanceId(order.ident)
  const { hostsPath, namespacePath } = network
  const hosts: Bind[] =
    hostsPath === undefined ? [] : [{ from: hostsPath, to: '/etc/hosts', kind: 'file', writable: false }]
  const own = namespacePath === undefined ? {} : { networkNamespace: namespacePath }
  return {
    id,
    label,
    layers: image.layers,
    args: argsOf(image),
    env: envOf(parts, id),
    cwd: image.config.workingDir || '/',
    uid: order.uid,
    gid: order.gid,
    gids: lent.gids,
    hostname: image.item.hostname ?? id.slice(0, 12),
    binds: [...storage, ...hosts, ...lent.binds],
    devices: lent.devices,
    // Else the network's file has them.
    files: hostsPath === undefined && lent.hosts.length > 0 ? { '/etc/hosts': hostsFile('', [], lent.hosts) } : {},
    limits: limitsOf(parts),
    ...own,
    sysctl: {
      // Without capabilities, this is the only way to listen at port 80 of one's own network.
      ...(namespacePath !== undefined && { 'net.ipv4.ip_unprivileged_port_start': '0' }),
      ...image.item.sysctl,
    },
    logPath,
  }
}

function argsOf({ config }: Image): string[] {
  const args = [...config.entrypoint, ...config.cmd]
  if (args.length === 0) throw new ServicesError('invalid', 'image: expected an entrypoint or a command, got neither')
  return args
}

/** The later ones win: the image's, ours, those of the node's resources, those that the cloud set. */
function envOf({ order, image, lent }: WorkloadParts, id: string): string[] {
  const { itemId, subjectId, index } = order.ident
  const pairs = [
    defaultPath,
    ...image.config.env,
    `AOS_ITEM_ID=${itemId}`,
    `AOS_SUBJECT_ID=${subjectId}`,
    `AOS_INSTANCE_INDEX=${index}`,
    `AOS_INSTANCE_ID=${id}`,
    ...lent.env,
    ...order.envVars.map(({ name, value }) => `${name}=${value}`),
  ]
  return [...new Map(pairs.map((pair) => [pair.split('=', 1)[0], pair])).values()]
}

function limitsOf({ image: { item }, node }: WorkloadParts): Limits {
  const { cpuDmips, ram, pids, noFile, tmp } = item.quotas
  const always = {
    tmpBytes: tmp ?? defaultTmpBytes,
    ...(pids !== undefined && { pids }),
    ...(noFile !== undefined && { openFiles: noFile }),
  }
  if (item.skipResourceLimits) return always
  return {
    ...always,
    ...(cpuDmips !== undefined && { cpuQuota: cpuQuota(cpuDmips, node) }),
    ...(ram !== undefined && { memoryBytes: ram }),
  }
}

/** Microseconds in each 100 000, over all cores (aoscore.md 5.9). */
export function cpuQuota(dmips: number, { cores, maxDmips }: NodePower): number {
  return Math.max(leastCpuQuota, Math.floor((dmips * cpuPeriod * cores) / maxDmips))
}
