import type { Role } from '@windlass/wire/operator'
import type { Grant, Over } from './records.ts'

/** What a role lets one do. `administer`: people, tokens of others, packagers, webhooks, the audit log. `host`: other projects. */
export type Permission = 'read' | 'publish' | 'operate' | 'approve' | 'administer' | 'host'

const permissions: Readonly<Record<Role, readonly Permission[]>> = {
  viewer: ['read'],
  operator: ['read', 'publish', 'operate'],
  approver: ['read', 'approve'],
  admin: ['read', 'publish', 'operate', 'approve', 'administer', 'host'],
}

/** Devices of these products, and those in groups of these names. */
export interface Part {
  products: readonly string[]
  groups: readonly string[]
}
/** Where a permission holds: everywhere, or with what lies in each of these parts at once. */
export type Reach = 'everywhere' | readonly Part[]

/** How far grants reach with a permission; what is done must lie within all lists of them. */
export function reachOf(limits: readonly (readonly Grant[])[], permission: Permission): Reach {
  const parts = limits.map((grants) => partOf(grants, permission)).filter((part) => part !== 'everywhere')
  if (parts.length === 0) return 'everywhere'
  // A token mostly has what its maker has.
  return [...new Map(parts.map((part) => [JSON.stringify(part), part])).values()]
}

/** There is nothing that it could hold with. */
export function isNowhere(reach: Reach): boolean {
  return reach !== 'everywhere' && reach.some(({ products, groups }) => products.length === 0 && groups.length === 0)
}

/** Whether one may know that there is a group of this name. Whoever has a role over a product knows of all. */
export function knowsGroup(reach: Reach, name: string): boolean {
  return reach === 'everywhere' || reach.every(({ products, groups }) => products.length > 0 || groups.includes(name))
}

export function isAdmin(grants: readonly Grant[]): boolean {
  return grants.some(({ role, over }) => role === 'admin' && over === 'fleet')
}

/** Whether every one of these grants is no more than those that are had. */
export function covers(had: readonly Grant[], wanted: readonly Grant[]): boolean {
  return wanted.every(({ role, over }) => permissions[role].every((permission) => isIn(partOf(had, permission), over)))
}

function partOf(grants: readonly Grant[], permission: Permission): 'everywhere' | Part {
  const all = grants.filter(({ role }) => permissions[role].includes(permission)).map(({ over }) => over)
  if (all.includes('fleet')) return 'everywhere'
  const products = all.flatMap((over) => (over !== 'fleet' && 'product' in over ? over.product : []))
  return { products: sorted(products), groups: groupNames(all) }
}

/** The groups that these grants are over, by name. */
export function groupsOver(grants: readonly Grant[]): string[] {
  return groupNames(grants.map(({ over }) => over))
}

function groupNames(all: readonly Over[]): string[] {
  return sorted(all.flatMap((over) => (over !== 'fleet' && 'group' in over ? over.group : [])))
}

function isIn(part: 'everywhere' | Part, over: Over): boolean {
  if (part === 'everywhere') return true
  if (over === 'fleet') return false
  return 'product' in over ? part.products.includes(over.product) : part.groups.includes(over.group)
}

function sorted(names: readonly string[]): string[] {
  return [...new Set(names)].sort()
}
