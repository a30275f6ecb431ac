import { type InstanceOrder } from '@windlass/model/unit'

/** An order for one instance, for tests: item `web` of version 1.0.0 unless said otherwise. */
export function instanceOrder(itemId = 'web', changes: Partial<InstanceOrder> = {}): InstanceOrder {
  const version = changes.version ?? '1.0.0'
  return {
    ident: { itemId, subjectId: 'subject', index: 0, type: 'service', preinstalled: false },
    version,
    manifestDigest: `sha256:${itemId}-${version}`,
    ownerId: 'owner',
    runtimeId: 'runtime',
    uid: 5000,
    gid: 5000,
    priority: 0,
    storagePath: '',
    statePath: '',
    envVars: [],
    ...changes,
  }
}
