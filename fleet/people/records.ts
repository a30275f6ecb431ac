import type { Role } from '@windlass/wire/operator'

/** `product` null: over the whole fleet. */
export interface Grant {
  role: Role
  product: string | null
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
