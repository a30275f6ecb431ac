import { createHash } from 'node:crypto'
import {
  contentOf,
  type DesiredInstance,
  type DesiredItem,
  type DesiredState,
  type InstanceStatus,
  type ItemType,
  type Subject,
} from '@windlass/model/unit'
import type { RunRequest } from '../ports.ts'
import type { Legs } from './facts.ts'

/** What is absent in an order stays as it is installed (aoscore.md 6.5): the order with all of it written out. */
export function completed(ordered: DesiredState, installed: DesiredState): DesiredState {
  const named = new Set(ordered.subjects.map(({ subjectId }) => subjectId))
  const kept = ordered.instances ? [] : installed.subjects.filter(({ subjectId }) => !named.has(subjectId))
  return {
    ...ordered,
    items: ordered.items ?? installed.items ?? [],
    instances: ordered.instances ?? installed.instances ?? [],
    subjects: [...ordered.subjects, ...kept],
  }
}

/**
 * What the unit is to be once the parts that are going or done have arrived: theirs from `desired`, the others' as
 * installed. Node states and the unit configuration belong to the services' part.
 */
export function goalOf(desired: DesiredState, installed: DesiredState, legs: Legs): DesiredState {
  const arrived = (type: ItemType) => {
    const leg = legs[type === 'service' ? 'sota' : 'fota']
    return leg === 'going' || leg === 'done'
  }
  const { nodes, unitConfig, ...rest } = desired
  const side = (type: ItemType) => (arrived(type) ? desired : installed)
  return {
    ...rest,
    nodes: arrived('service') ? nodes : [],
    ...(unitConfig && arrived('service') ? { unitConfig } : {}),
    items: (['service', 'component'] as const).flatMap((type) => itemsOf(side(type), type)),
    instances: (['service', 'component'] as const).flatMap((type) => instancesOf(side(type), type)),
    subjects: allSubjects(desired, installed),
  }
}

export function itemsOf({ items = [] }: DesiredState, type: ItemType): readonly DesiredItem[] {
  return items.filter((item) => item.type === type)
}

/** An instance whose item is not desired counts as a service; it fails by itself when it is placed. */
export function instancesOf({ items = [], instances = [] }: DesiredState, type: ItemType): readonly DesiredInstance[] {
  const components = new Set(items.filter((item) => item.type === 'component').map(({ itemId }) => itemId))
  return instances.filter(({ itemId }) => components.has(itemId) === (type === 'component'))
}

/** What a desired state asks for and the unit does not have: items, and only where they are all there, anything else. */
export interface Missing {
  items: readonly Pick<DesiredItem, 'itemId' | 'type' | 'version'>[]
  instances: readonly Pick<InstanceStatus, 'ident' | 'version'>[]
  /** Of the unit configuration; null where it is the one in force. */
  configVersion: string | null
}

export function missingOf(desired: DesiredState, installed: DesiredState): Missing {
  const items = newItems(desired, installed)
  if (items.length > 0) return { items, instances: [], configVersion: null }
  const { version = null } = desired.unitConfig ?? {}
  const configVersion = version === installed.unitConfig?.version ? null : version
  return { items, instances: newInstances(desired, installed), configVersion }
}

function newItems({ items = [] }: DesiredState, installed: DesiredState): Missing['items'] {
  const isThere = (one: DesiredItem) =>
    installed.items?.some(({ itemId, version }) => itemId === one.itemId && version === one.version)
  return items.flatMap((one) => (isThere(one) ? [] : [{ itemId: one.itemId, type: one.type, version: one.version }]))
}

function newInstances({ items = [], instances = [] }: DesiredState, installed: DesiredState): Missing['instances'] {
  return instances.flatMap(({ itemId, subjectId, numInstances }) => {
    const { type = 'service', version = '' } = items.find((item) => item.itemId === itemId) ?? {}
    const before = installed.instances?.find((one) => one.itemId === itemId && one.subjectId === subjectId)
    const indexes = Array.from({ length: Math.max(1, numInstances) }, (_, index) => index)
    const isNew = (index: number) => !before || index >= Math.max(1, before.numInstances)
    return indexes
      .filter(isNew)
      .map((index) => ({ ident: { itemId, subjectId, index, type, preinstalled: false }, version }))
  })
}

/** One request a desired instance (aoscore.md 2.1.2, launching); what is missing stays empty. */
export function requestsFor({ items = [], instances = [], subjects }: DesiredState): RunRequest[] {
  return instances.map(({ itemId, subjectId, priority, numInstances, labels }) => ({
    item: items.find((item) => item.itemId === itemId) ?? { itemId, type: 'service', version: '', ownerId: '' },
    subject: subjects.find((one) => one.subjectId === subjectId) ?? anonymous(subjectId),
    priority,
    numInstances,
    labels,
  }))
}

/** The same text for desired states that ask for the same; certificates and schedules do not count. */
export function fingerprintOf(desired: DesiredState): string {
  return createHash('sha256').update(contentOf(desired)).digest('hex')
}

function allSubjects(desired: DesiredState, installed: DesiredState): readonly Subject[] {
  const named = new Set(desired.subjects.map(({ subjectId }) => subjectId))
  return [...desired.subjects, ...installed.subjects.filter(({ subjectId }) => !named.has(subjectId))]
}

function anonymous(subjectId: string): Subject {
  return { subjectId, type: 'group', isReportedFromUnit: false }
}
