import { timingSafeEqual } from 'node:crypto'
import { FleetError } from '../fleet-error.ts'
import type { PeopleStore } from './people-store.ts'
import type { Grant } from './records.ts'
import { type Permission, type Reach, reachOf } from './roles.ts'
import { digestOf } from './secrets.ts'

/** Who calls. What is done must be allowed by each list of grants: a token's own, and those of the user who made it. */
export interface Caller {
  kind: 'user' | 'token' | 'operator_token' | 'anyone'
  name: string
  limits: readonly (readonly Grant[])[]
  /** The user behind it, null where there is none. */
  user: string | null
}

/** What a request shows of who it is from. */
export interface Credentials {
  bearer: string | undefined
  session: string | undefined
}

export interface CallerPorts {
  store: Pick<PeopleStore, 'hasUsers' | 'session' | 'token' | 'tokenUsed'>
  /** The token that the settings name: an admin's. */
  operatorToken: string | null
  /** Only this machine can call, and may without a sign-in while there is no user. */
  loopback: boolean
  now(): number
}

const everything: readonly Grant[] = [{ role: 'admin', over: 'fleet' }]
/** How exactly the last use of a token is known. */
const usedEveryMs = 60_000

/**
 * Without a sign-in only a fleet on loopback that has no user and no operator token answers. What is shown and is wrong is
 * refused there, too. @throws FleetError `token_missing`, `token_wrong`
 */
export async function callerOf(ports: CallerPorts, { bearer, session }: Credentials): Promise<Caller> {
  if (bearer !== undefined) return bearerOf(ports, bearer)
  const user = session === undefined ? undefined : await ports.store.session(digestOf(session), ports.now())
  if (user) return { kind: 'user', name: user.name, limits: [user.grants], user: user.name }
  if (await isOpen(ports)) return { kind: 'anyone', name: 'anyone on this machine', limits: [everything], user: null }
  throw new FleetError('token_missing', 'expected a sign-in, or "Authorization: Bearer <token>"')
}

/** Whether whoever reaches it may do everything. */
export async function isOpen({ store, operatorToken, loopback }: CallerPorts): Promise<boolean> {
  return loopback && operatorToken === null && !(await store.hasUsers())
}

export function reachOfCaller({ limits }: Caller, permission: Permission): Reach {
  return reachOf(limits, permission)
}

async function bearerOf({ store, operatorToken, now }: CallerPorts, bearer: string): Promise<Caller> {
  const digest = digestOf(bearer)
  if (operatorToken !== null && timingSafeEqual(Buffer.from(digest), Buffer.from(digestOf(operatorToken))))
    return { kind: 'operator_token', name: 'operator token', limits: [everything], user: null }
  const at = now()
  const found = await store.token(digest, at)
  if (!found) throw new FleetError('token_wrong', 'expected a token of this fleet that still holds')
  const { token, bound } = found
  if (token.lastUsed === null || at - token.lastUsed >= usedEveryMs) await store.tokenUsed(token.id, at)
  return { kind: 'token', name: token.name, limits: bound ? [token.grants, bound] : [token.grants], user: token.madeBy }
}
