import type { Role } from '@windlass/wire/operator'
import type { Grant } from './records.ts'

/** What a role lets one do. `administer`: people, tokens of others, packagers, webhooks, the audit log. `host`: other projects. */
export type Permission = 'read' | 'publish' | 'operate' | 'approve' | 'administer' | 'host'

const permissions: Readonly<Record<Role, readonly Permission[]>> = {
  viewer: ['read'],
  operator: ['read', 'publish', 'operate'],
  approver: ['read', 'approve'],
  admin: ['read', 'publish', 'operate', 'approve', 'administer', 'host'],
}

/** Where a permission holds: everywhere, or with these products alone. None: nowhere. */
export type Reach = 'everywhere' | ReadonlySet<string>

/** How far grants reach with a permission. */
export function reachOf(grants: readonly Grant[], permission: Permission): Reach {
  const fitting = grants.filter(({ role }) => permissions[role].includes(permission))
  if (fitting.some(({ product }) => product === null)) return 'everywhere'
  return new Set(fitting.flatMap(({ product }) => product ?? []))
}

/** What lies within both. */
export function within(one: Reach, other: Reach): Reach {
  if (one === 'everywhere') return other
  return other === 'everywhere' ? one : new Set([...one].filter((product) => other.has(product)))
}

export function reaches(reach: Reach, product: string): boolean {
  return reach === 'everywhere' || reach.has(product)
}

export function isAdmin(grants: readonly Grant[]): boolean {
  return grants.some(({ role, product }) => role === 'admin' && product === null)
}

/** Whether every one of these grants is no more than those that are had. */
export function covers(had: readonly Grant[], wanted: readonly Grant[]): boolean {
  return wanted.every(({ role, product }) =>
    permissions[role].every((permission) => {
      const reach = reachOf(had, permission)
      return reach === 'everywhere' || (product !== null && reach.has(product))
    }),
  )
}
