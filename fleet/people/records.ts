import type { GrantRecord, Role } from '@windlass/wire/operator'

/** What a role is over: everything, the devices of a product, or those that are in a group of this name. */
export type Over = 'fleet' | { product: string } | { group: string }
export interface Grant {
  role: Role
  over: Over
}

export function grantIn({ role, product, group }: GrantRecord): Grant {
  if (product !== undefined) return { role, over: { product } }
  return { role, over: group === undefined ? 'fleet' : { group } }
}

/** `passwordHash` null: signs in through the OpenID provider. Instants are milliseconds since 1970. */
export interface User {
  name: string
  passwordHash: string | null
  grants: readonly Grant[]
  createdAt: number
  lastSignIn: number | null
  /** Wrong passwords in a row. */
  failures: number
  lockedUntil: number | null
}

/** `madeBy`: the user whose grants bound it; null when somebody without a name here made it. */
export interface ApiToken {
  id: number
  name: string
  hash: string
  grants: readonly Grant[]
  madeBy: string | null
  createdAt: number
  expiresAt: number | null
  lastUsed: number | null
  withdrawnAt: number | null
}

export interface Session {
  hash: string
  user: string
  expiresAt: number
}
