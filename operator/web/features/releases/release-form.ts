import type { ItemRecord, ReleaseOrder, ReleaseRecord } from '@windlass/wire/operator'

/** One item of a release that is being made, as it stands in the form. */
export interface ItemDraft {
  itemId: string
  version: string
  /** How many instances; of a component 0, which is every node that can. */
  count: number
  subjectId: string
  priority: number
}

export interface ReleaseDraft {
  name: string
  notes: string
  items: readonly ItemDraft[]
}

/** The form filled with another release, which stays as it is: releases never change. Pure. */
export function draftFrom({ content }: ReleaseRecord): ReleaseDraft {
  const items = content.items.map(({ itemId, version }): ItemDraft => {
    const run = content.instances.find((one) => one.itemId === itemId)
    return {
      itemId,
      version,
      count: run?.numInstances ?? 0,
      subjectId: run?.subjectId ?? 'unit',
      priority: run?.priority ?? 0,
    }
  })
  return { name: '', notes: '', items }
}

/**
 * What the fleet is asked to keep. What the form cannot show (schedules, unit configuration, further instances of an item)
 * is taken over from the release it began with. Pure.
 */
export function releaseOrderOf(draft: ReleaseDraft, from: ReleaseRecord | undefined): ReleaseOrder {
  const shown = new Set(draft.items.map(({ itemId }) => itemId))
  const first = new Set<string>()
  const further = (from?.content.instances ?? []).filter(({ itemId }) => {
    const isFirst = !first.has(itemId)
    first.add(itemId)
    return shown.has(itemId) && !isFirst
  })
  const labelsOf = (itemId: string) => from?.content.instances.find((one) => one.itemId === itemId)?.labels ?? []
  const { unitConfig, sotaSchedule, fotaSchedule, subjects = [] } = from?.content ?? {}
  return {
    name: draft.name,
    notes: draft.notes,
    items: draft.items.map(({ itemId, version }) => ({ itemId, version })),
    instances: [
      ...draft.items.map(({ itemId, count, subjectId, priority }) => ({
        itemId,
        subjectId,
        priority,
        numInstances: count,
        labels: [...labelsOf(itemId)],
      })),
      ...further,
    ],
    subjects,
    ...(unitConfig && { unitConfig }),
    ...(sotaSchedule && { sotaSchedule }),
    ...(fotaSchedule && { fotaSchedule }),
  }
}

/** An item as it first comes into a release: its newest version, one instance of a service. */
export function newItemDraft({ itemId, version, type }: ItemRecord): ItemDraft {
  return { itemId, version, count: type === 'service' ? 1 : 0, subjectId: 'unit', priority: 0 }
}
