import type { InstanceFilter, InstanceIdent, ItemType, StateIdent } from '@windlass/model/unit'
import * as v from 'valibot'
import { anyCase, count, maybe, present } from '../../oci/document-schema.ts'

/*
 * AosIdentity: nodes and runtimes go by code name, items, subjects and owners by id; on the way in the one stands for the
 * other (aoscore.md 6.5).
 */

const name = maybe(v.string())
const identity = v.pipe(
  anyCase({ id: name, type: name, codename: name, title: name }),
  v.check(({ id, codename }) => (id ?? codename) !== undefined, 'an identity with "id" or "codename"'),
)

export const byId = v.pipe(
  identity,
  v.transform(({ id, codename }) => id ?? codename ?? ''),
)
export const byCodename = v.pipe(
  identity,
  v.transform(({ id, codename }) => codename ?? id ?? ''),
)
export const nodeIdentity = v.pipe(
  identity,
  v.transform(({ id, codename, title = '' }) => ({ nodeId: codename ?? id ?? '', title })),
)
/** An item's identity. One without an id came with the image. */
export const itemIdentity = v.pipe(
  identity,
  v.transform(({ id, codename, type }) => ({
    itemId: id ?? codename ?? '',
    type: itemType(type),
    preinstalled: id === undefined,
  })),
)

function itemType(type: string | undefined): ItemType {
  return type?.toLowerCase() === 'component' ? 'component' : 'service'
}

export const asCodename = (codename: string) => ({ codename })
export const asId = (id: string) => ({ id })

/** The item's and the subject's identities: by code name when they came with the image. */
export function encodeOwnership({ itemId, subjectId, type, preinstalled }: Omit<InstanceIdent, 'index'>) {
  if (preinstalled) return { item: { codename: itemId, type }, subject: asCodename(subjectId) }
  return { item: { id: itemId, type }, subject: asId(subjectId) }
}

export function encodeIdent(ident: InstanceIdent) {
  return { ...encodeOwnership(ident), instance: ident.index }
}

export const stateIdentFields = { item: byId, subject: byId, instance: count }
type StateIdentFields = { item: string; subject: string; instance: number }

export const decodeStateIdent = ({ item, subject, instance }: StateIdentFields): StateIdent => ({
  itemId: item,
  subjectId: subject,
  index: instance,
})

export const encodeStateIdent = ({ itemId, subjectId, index }: StateIdent) => ({
  item: asId(itemId),
  subject: asId(subjectId),
  instance: index,
})

export const filterFields = { item: maybe(byId), subject: maybe(byId), instance: maybe(count) }

export function decodeFilter(o: { [K in keyof StateIdentFields]?: StateIdentFields[K] | undefined }): InstanceFilter {
  return present({ itemId: o.item, subjectId: o.subject, index: o.instance })
}

export const encodeFilter = ({ itemId, subjectId, index }: InstanceFilter) => ({
  item: itemId === undefined ? undefined : asId(itemId),
  subject: subjectId === undefined ? undefined : asId(subjectId),
  instance: index,
})
