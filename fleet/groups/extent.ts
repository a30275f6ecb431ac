import { matchesQuery, printQuery, type Query } from '@windlass/model'
import type { Reach } from '../people/roles.ts'
import type { Device } from '../store/records.ts'

/** A group without those that are listed in it. `query` null: it is a list. */
export interface GroupHead {
  name: string
  query: Query | null
}

/** Devices of these products, and those in these groups. */
export interface Extent {
  products: readonly string[]
  groups: readonly GroupHead[]
}

/** How far somebody may: what lies in each of these. Undefined: everywhere. */
export type Within = readonly Extent[] | undefined

/** What a reach means now. A group that is not there has nobody in it. */
export async function withinOf(
  store: { groupHeads(names: readonly string[]): Promise<GroupHead[]> },
  reach: Reach,
): Promise<Within> {
  if (reach === 'everywhere') return undefined
  const names = [...new Set(reach.flatMap(({ groups }) => groups))]
  const heads = names.length > 0 ? await store.groupHeads(names) : []
  return reach.map(({ products, groups }) => ({
    products,
    groups: heads.filter(({ name }) => groups.includes(name)),
  }))
}

/** Whether a device lies within. `isListed`: in a group that is a list. The store's SQL says the same. */
export function liesWithin(within: readonly Extent[], device: Device, isListed: (group: string) => boolean): boolean {
  return within.every(
    ({ products, groups }) =>
      products.includes(device.product) ||
      groups.some(({ name, query }) => (query ? matchesQuery(query, device) : isListed(name))),
  )
}

/** Whether all devices of a product lie within, those to come too. */
export function holdsProduct(within: Within, product: string): boolean {
  return within === undefined || within.every(({ products }) => products.includes(product))
}

/**
 * Whether a query about devices of a product can only be true of those within, whoever comes. It is told by the query's form: one
 * of the groups' queries is a part of it. No is no proof of the contrary.
 */
export function staysWithin(within: readonly Extent[], product: string, query: Query): boolean {
  return within.every(
    ({ products, groups }) =>
      products.includes(product) ||
      impliesOne(
        query,
        groups.flatMap((group) => group.query ?? []),
      ),
  )
}

function impliesOne(query: Query, others: readonly Query[]): boolean {
  if (others.some((other) => other.is === 'all' || printQuery(other) === printQuery(query))) return true
  if (query.is === 'and') return query.of.some((part) => impliesOne(part, others))
  return query.is === 'or' && query.of.every((part) => impliesOne(part, others))
}

/** The labels that a query asks about. */
export function labelsIn(query: Query): string[] {
  if (query.is === 'and' || query.is === 'or') return query.of.flatMap(labelsIn)
  if (query.is === 'not') return labelsIn(query.of)
  return 'field' in query && 'key' in query.field && query.field.of === 'label' ? [query.field.key] : []
}
