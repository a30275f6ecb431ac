import type { DesiredState, UnitConfig } from '@windlass/model/unit'
import { decodeUnitConfig } from '@windlass/wire/aoscore-cloud'
import { WireError } from '@windlass/wire/oci'
import type { ReleaseOrder, ReleaseRecord } from '@windlass/wire/operator'
import { FleetError } from '../fleet-error.ts'
import type { ItemVersion } from './records.ts'

type Content = ReleaseRecord['content']

/** @throws FleetError `release_invalid`, naming every place that is off */
export function checkRelease(content: Content, items: readonly ItemVersion[]): Content {
  const there = (itemId: string, version: string) =>
    items.some((item) => item.itemId === itemId && item.version === version)
  const named = new Set(content.items.map(({ itemId }) => itemId))
  const errors = [
    ...content.items.flatMap(({ itemId, version }, n) =>
      there(itemId, version) ? [] : `items[${n}]: expected an item of this fleet, got ${itemId} ${version}`,
    ),
    ...content.instances.flatMap(({ itemId }, n) =>
      named.has(itemId) ? [] : `instances[${n}]: expected one of the release's items, got ${itemId}`,
    ),
    ...(named.size < content.items.length ? ['items: expected each item once'] : []),
  ]
  try {
    unitConfigOf(content)
  } catch (error) {
    if (!(error instanceof WireError)) throw error
    errors.push(error.message)
  }
  if (errors.length > 0) throw new FleetError('release_invalid', errors[0] ?? '', { errors })
  return content
}

/** What a unit with this release is to be. Pure. */
export function desiredStateOf(content: Content, items: readonly ItemVersion[]): DesiredState {
  const config = unitConfigOf(content)
  const described = new Set(content.subjects.map(({ subjectId }) => subjectId))
  const groups = [...new Set(content.instances.map(({ subjectId }) => subjectId))].filter((id) => !described.has(id))
  return {
    nodes: [],
    ...(config && { unitConfig: config }),
    items: content.items.flatMap(({ itemId, version }) => {
      const item = items.find((one) => one.itemId === itemId && one.version === version)
      return item ? { itemId, version, type: item.type, ownerId: item.ownerId, indexDigest: item.indexDigest } : []
    }),
    instances: content.instances,
    subjects: [
      ...content.subjects,
      ...groups.map((subjectId) => ({ subjectId, type: 'group' as const, isReportedFromUnit: false })),
    ],
    certificates: [],
    certificateChains: [],
    ...(content.sotaSchedule && { sotaSchedule: content.sotaSchedule }),
    ...(content.fotaSchedule && { fotaSchedule: content.fotaSchedule }),
  }
}

function unitConfigOf({ unitConfig }: Pick<ReleaseOrder, 'unitConfig'>): UnitConfig | undefined {
  return unitConfig && decodeUnitConfig(unitConfig)
}
