import type { AlertRule, InstanceOrder } from '@windlass/model/unit'
import { nodeProcesses } from '@windlass/platform'
import { detectRuntimes } from '../runtime/detect.ts'
import { until } from '../runtime/until.ts'
import type { QuotaDisk } from '../storage/quota-disk.ts'
import { RealNode } from './real-node.ts'

const rule: AlertRule = { minTimeoutMs: 1, minThreshold: 80, maxThreshold: 90 }

/** What this machine runs containers with, or plain processes. */
export async function bestRuntime(): Promise<'crun' | 'runc' | 'process'> {
  const { crun, runc } = await detectRuntimes(nodeProcesses())
  return crun === undefined ? (runc === undefined ? 'process' : 'runc') : 'crun'
}

/** A node whose storage is on this disk, and goes soon after its instance. */
export function nodeOn(disk: QuotaDisk, runtime: 'crun' | 'runc' | 'process'): Promise<RealNode> {
  const settings = { 'monitoring.pollPeriod': '1s', 'windlass.storageTtl': '1s' }
  return RealNode.make(runtime, 'root', { within: disk.folder, settings })
}

/** A service with 200 kB of storage that writes so many KiB, says whether it could write all, and goes on. */
export function writer(node: RealNode, name: string, kib: number): InstanceOrder {
  const write = `dd if=/dev/zero of=/storage/x bs=1024 count=${kib} conv=fsync`
  const script = `${write} && echo all || echo stopped; trap 'exit 0' TERM; sleep 100000 & wait`
  const order = node.service(name, script, { quotas: { storage: 200_000 } })
  const alertRules = { partitions: [{ name: 'storages', ...rule }] }
  return { ...order, storagePath: `${name}/subject/0`, alertRules }
}

export async function says(node: RealNode, order: InstanceOrder, word: string): Promise<void> {
  const { itemId } = order.ident
  await until(async () => (node.unit.state(itemId) === 'active' && node.log(order).includes(word)) || undefined)
}
