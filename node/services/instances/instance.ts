/** Which instance of which item, for whom (aoscore.md 1.2). `instance` counts from 0. */
export interface InstanceIdent {
  itemId: string
  subjectId: string
  instance: number
  type: 'service' | 'component'
  preinstalled: boolean
}

export interface EnvVar {
  name: string
  value: string
}

/** Above `max` for `durationMs`: an alert; below `min` for as long: over. Percent, or bytes for traffic (aoscore.md 9.1). */
export interface AlertRule {
  durationMs: number
  min: number
  max: number
}

export interface AlertRules {
  ram?: AlertRule
  cpu?: AlertRule
  partitions: readonly (AlertRule & { name: string })[]
  download?: AlertRule
  upload?: AlertRule
}

/** What the unit orders to run (aoscore.md 1.5). Higher priorities start first. */
export interface InstanceInfo {
  instance: InstanceIdent
  version: string
  /** `sha256:<hex>` of the image's manifest. */
  manifestDigest: string
  ownerId: string
  runtimeId: string
  uid: number
  gid: number
  priority: number
  /** Beneath the node's folders for storages and states; empty for none. */
  storagePath: string
  statePath: string
  envVars: readonly EnvVar[]
  alertRules?: AlertRules
}

/** `aosCode` and `exitCode` as in aoscore.md 0.5; `exitCode` is a program's own. */
export interface InstanceError {
  aosCode: number
  exitCode: number
  message: string
}

export type InstanceState = 'activating' | 'active' | 'inactive' | 'failed'

/** What was observed of an instance. */
export interface InstanceStatus {
  instance: InstanceIdent
  version: string
  runtimeId: string
  manifestDigest: string
  state: InstanceState
  error?: InstanceError
}

/** Equal for equal idents, and only for those. */
export function identKey({ itemId, subjectId, instance, type, preinstalled }: InstanceIdent): string {
  return JSON.stringify([itemId, subjectId, instance, type, preinstalled])
}

/** Whether both would run the very same thing; if not, one is to be stopped and the other started (aoscore.md 5.7). */
export function isSameInfo(one: InstanceInfo, other: InstanceInfo): boolean {
  return infoText(one) === infoText(other)
}

function infoText(info: InstanceInfo): string {
  const { instance, version, manifestDigest, ownerId, runtimeId, uid, gid, priority, storagePath, statePath } = info
  const env = info.envVars.map(({ name, value }) => [name, value])
  return JSON.stringify([
    identKey(instance),
    [version, manifestDigest, ownerId, runtimeId, uid, gid, priority, storagePath, statePath],
    env,
  ])
}
