import { type InstanceOrder, instanceKey } from '@windlass/model/unit'

/** Whether both would run the very same thing; if not, one is to be stopped and the other started (aoscore.md 5.7). */
export function isSameOrder(one: InstanceOrder, other: InstanceOrder): boolean {
  return textOf(one) === textOf(other)
}

/** Alert rules do not count: they say how an instance is watched, not what it is. */
function textOf(order: InstanceOrder): string {
  const { ident, version, manifestDigest, ownerId, runtimeId, uid, gid, priority, storagePath, statePath } = order
  const env = order.envVars.map(({ name, value }) => [name, value])
  const facts = [version, manifestDigest, ownerId, runtimeId, uid, gid, priority, storagePath, statePath]
  return JSON.stringify([instanceKey(ident), facts, env])
}
