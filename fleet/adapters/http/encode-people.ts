import type { GrantRecord, SessionRecord, TokenRecord, UserRecord } from '@windlass/wire/operator'
import type { Caller } from '../../people/caller.ts'
import type { ApiToken, Grant, User } from '../../people/records.ts'

export function encodeUser({ name, grants, passwordHash, createdAt, lastSignIn, lockedUntil }: User): UserRecord {
  return {
    name,
    grants: encodeGrants(grants),
    signsIn: passwordHash === null ? 'openid' : 'password',
    createdAt: moment(createdAt),
    lastSignIn: momentOrNull(lastSignIn),
    lockedUntil: momentOrNull(lockedUntil),
  }
}

export function encodeToken(token: ApiToken): TokenRecord {
  return {
    id: token.id,
    name: token.name,
    madeBy: token.madeBy,
    grants: encodeGrants(token.grants),
    createdAt: moment(token.createdAt),
    expiresAt: momentOrNull(token.expiresAt),
    lastUsed: momentOrNull(token.lastUsed),
    withdrawnAt: momentOrNull(token.withdrawnAt),
  }
}

/** The grants of a token that its maker's grants bound are shown as they were given. */
export function encodeCaller({ kind, name, limits: [grants = []] }: Caller): SessionRecord {
  return { kind, name, grants: encodeGrants(grants) }
}

function encodeGrants(grants: readonly Grant[]): GrantRecord[] {
  return grants.map(({ role, over }) => ({ role, ...(over !== 'fleet' && over) }))
}

function moment(at: number): string {
  return new Date(at).toISOString()
}

function momentOrNull(at: number | null): string | null {
  return at === null ? null : moment(at)
}
