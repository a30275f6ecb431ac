import type { InstanceInfo } from './instance.ts'

/** An order for one instance, for tests: item `web` of version 1.0.0 unless said otherwise. */
export function instanceInfo(itemId = 'web', changes: Partial<InstanceInfo> = {}): InstanceInfo {
  const version = changes.version ?? '1.0.0'
  return {
    instance: { itemId, subjectId: 'subject', instance: 0, type: 'service', preinstalled: false },
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
