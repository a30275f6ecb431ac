import type { Device, Sight } from './records.ts'
import type { Heard } from './store.ts'

/** The device as it is after a sight; `labels`: those of one that is new. Reports leave the facts alone; a device that reports does not wait any more. */
export function seen(
  before: Device | undefined,
  { id, facts, at, by, waits = null, boot = null }: Sight,
  labels: Device['labels'] = {},
): Device {
  const { productUid: product, version, hardware, identity, attributes } = facts
  const said = { id, product, version, hardware, identity, attributes, waits: by === 'probe' ? waits : null, boot }
  if (!before) return { ...said, labels, status: 'idle', firstSeen: at, lastSeen: at }
  const lastSeen = Math.max(at, before.lastSeen)
  if (by === 'report') return { ...before, waits: null, lastSeen }
  return { ...said, labels: before.labels, status: before.status, firstSeen: before.firstSeen, lastSeen }
}

/** Whether a device is new, or runs something else than before. */
export function newsOf(before: Device | undefined, after: Device): Heard['news'] {
  if (!before) return 'registered'
  const same =
    before.version === after.version && before.hardware === after.hardware && before.product === after.product
  return same ? 'none' : 'changed'
}

/** Whether the device's kernel started anew between two probes. */
export function hasRestarted(before: Device | undefined, after: Device): boolean {
  return before !== undefined && before.boot !== null && after.boot !== null && before.boot !== after.boot
}
