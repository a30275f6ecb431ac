import type { InstanceFilter, InstanceIdent, ItemType } from '@windlass/model/unit'
import { present, whole, wordOf, wrong } from './checks.ts'
import {
  type InstanceFilter as WireFilter,
  type InstanceIdent as WireIdent,
  ItemType as WireItemType,
} from './generated/common/v2/common.ts'

const itemTypes = ['service', 'component'] as const satisfies readonly ItemType[]
const any = -1n

export function encodeIdent({ itemId, subjectId, index, type, preinstalled }: InstanceIdent): WireIdent {
  const wireType = type === 'component' ? WireItemType.COMPONENT : WireItemType.SERVICE
  return { itemId, subjectId, instance: BigInt(index), type: wireType, preinstalled }
}

export function decodeIdent(path: string, wire: WireIdent | undefined): InstanceIdent {
  const { itemId, subjectId, instance, type, preinstalled } = present(path, wire)
  if (itemId === '') throw wrong(`${path}.item_id`, 'a name', itemId)
  return {
    itemId,
    subjectId,
    index: whole(`${path}.instance`, instance),
    type: wordOf(`${path}.type`, itemTypes, type),
    preinstalled,
  }
}

/** What is absent becomes empty, an absent index -1 (aoscore.md 1.2). */
export function encodeFilter({ itemId = '', subjectId = '', index }: InstanceFilter): WireFilter {
  return { itemId, subjectId, instance: index === undefined ? any : BigInt(index) }
}

/** An absent filter means all. */
export function decodeFilter(path: string, wire: WireFilter | undefined): InstanceFilter {
  if (!wire) return {}
  const { itemId, subjectId, instance } = wire
  return {
    ...(itemId !== '' && { itemId }),
    ...(subjectId !== '' && { subjectId }),
    ...(instance >= 0n && { index: whole(`${path}.instance`, instance) }),
  }
}
