import type { ErrorInfo } from './error-info.ts'

export type ItemType = 'service' | 'component'

/**
 * Names one instance: an item that runs for a subject, for the `index`-th time. `preinstalled`: it came with the image and
 * was ordered by nobody; its `itemId` is the runtime's type, its `subjectId` the node's (aoscore.md 5.3).
 */
export interface InstanceIdent {
  itemId: string
  subjectId: string
  index: number
  type: ItemType
  preinstalled: boolean
}

/** The same text for the same instance; fit as a key of a map or a table, not as a file name. */
export function instanceKey({ itemId, subjectId, index, type, preinstalled }: InstanceIdent): string {
  return JSON.stringify([itemId, subjectId, index, type, preinstalled])
}

/** `activating`: sent, not confirmed. `inactive`: stopped, ended or superseded. */
export type InstanceState = 'activating' | 'active' | 'inactive' | 'failed'
export const instanceStates = ['activating', 'active', 'inactive', 'failed'] as const

/** What a node says of an instance. An instance that found no place has neither node nor runtime (both empty). */
export interface InstanceStatus {
  ident: InstanceIdent
  version: string
  nodeId: string
  runtimeId: string
  manifestDigest: string
  state: InstanceState
  /** Hexadecimal; of the instance's state file. */
  stateChecksum?: string
  envVars: readonly { name: string; error?: ErrorInfo }[]
  error?: ErrorInfo
}

export interface EnvVar {
  name: string
  value: string
}

/** Which instances are meant; what is absent matches all (aoscore.md 1.2). */
export interface InstanceFilter {
  itemId?: string
  subjectId?: string
  index?: number
}

export function matchesFilter(filter: InstanceFilter, ident: InstanceIdent): boolean {
  return (
    (filter.itemId === undefined || filter.itemId === ident.itemId) &&
    (filter.subjectId === undefined || filter.subjectId === ident.subjectId) &&
    (filter.index === undefined || filter.index === ident.index)
  )
}
