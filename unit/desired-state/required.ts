import type { DesiredState, InstanceStatus, ItemStatus, ItemType } from '@windlass/model/unit'
import type { Legs } from './facts.ts'
import { instancesOf, itemsOf } from './goal.ts'

/** What the unit says of itself when a desired state is judged. */
export interface Observed {
  items: readonly ItemStatus[]
  instances: readonly InstanceStatus[]
}

/** Which parts of a desired state are not there yet (aoscore.md 2.1.4). */
export function legsNeeded(desired: DesiredState, observed: Observed): Legs {
  const sota =
    desired.nodes.length > 0 ||
    desired.unitConfig !== undefined ||
    itemsDiffer(desired, observed, 'service') ||
    servicesDiffer(desired, observed)
  const fota = itemsDiffer(desired, observed, 'component') || componentsDiffer(desired, observed)
  return { sota: sota ? 'waiting' : 'absent', fota: fota ? 'waiting' : 'absent' }
}

function itemsDiffer(desired: DesiredState, { items }: Observed, type: ItemType): boolean {
  const wanted = itemsOf(desired, type)
  const stored = items.filter((item) => item.type === type && item.state === 'installed' && !item.preinstalled)
  const missing = wanted.some(
    ({ itemId, version }) => !stored.some((one) => one.itemId === itemId && one.version === version),
  )
  return missing || stored.some(({ itemId }) => !wanted.some((one) => one.itemId === itemId))
}

function servicesDiffer(desired: DesiredState, { instances }: Observed): boolean {
  const wanted = instancesOf(desired, 'service')
  const there = instances.filter(({ ident }) => ident.type === 'service' && !ident.preinstalled)
  const missing = wanted.some(({ itemId, subjectId, numInstances }) =>
    Array.from({ length: numInstances }, (_, index) => index).some(
      (index) => !there.some(({ ident: i }) => i.itemId === itemId && i.subjectId === subjectId && i.index === index),
    ),
  )
  const left = there.some(
    ({ ident }) =>
      !wanted.some(
        (one) => one.itemId === ident.itemId && one.subjectId === ident.subjectId && ident.index < one.numInstances,
      ),
  )
  return missing || left
}

function componentsDiffer(desired: DesiredState, { instances }: Observed): boolean {
  const wanted = instancesOf(desired, 'component')
  const items = itemsOf(desired, 'component')
  const there = instances.filter(({ ident }) => ident.type === 'component' && !ident.preinstalled)
  const missing = wanted.some(
    ({ itemId, subjectId }) => !there.some(({ ident: i }) => i.itemId === itemId && i.subjectId === subjectId),
  )
  const stale = there.some(
    ({ ident, version, state }) =>
      wanted.some((one) => one.itemId === ident.itemId && one.subjectId === ident.subjectId) &&
      (state !== 'active' || !items.some((item) => item.itemId === ident.itemId && item.version === version)),
  )
  return missing || stale
}
