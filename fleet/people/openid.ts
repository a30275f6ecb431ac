import { type GrantRecord, personName } from '@windlass/wire/operator'
import { FleetError } from '../fleet-error.ts'
import type { PeopleStore } from './people-store.ts'
import { type Grant, grantIn } from './records.ts'

/** Whom an OpenID provider vouches for. */
export interface OpenIdSettings {
  issuer: string
  clientId: string
  clientSecret: string
  /** The claim that names the user; it must be one that people cannot change themselves. */
  nameClaim: string
  /** The claim with the user's groups: a text or a list of texts. */
  rolesClaim: string
  /** What each group may. */
  roles: Readonly<Record<string, readonly GrantRecord[]>>
}

/** What has to be remembered between the two halves of a sign-in, by the browser. */
export interface OpenIdFlow {
  state: string
  nonce: string
  verifier: string
}

export type Claims = Readonly<Record<string, unknown>>

/** The provider, over the network. Both reject with FleetError `sign_in_refused`. */
export interface OpenIdProvider {
  begin(callback: string): Promise<{ address: string; flow: OpenIdFlow }>
  /** `came`: the address that the provider sent the browser back to. */
  finish(came: URL, flow: OpenIdFlow): Promise<Claims>
}

/** Name and roles, anew at each sign-in. @throws FleetError `sign_in_refused`, `role_missing` */
export function personIn(
  claims: Claims,
  { nameClaim, rolesClaim, roles }: OpenIdSettings,
): { name: string; grants: Grant[] } {
  const name = personName.safeParse(claims[nameClaim])
  if (!name.success)
    throw new FleetError('sign_in_refused', `expected a name in the claim ${nameClaim}, got none that fits`)
  const groups = [claims[rolesClaim]].flat().filter((group) => typeof group === 'string')
  const grants = groups.flatMap((group) => (Object.hasOwn(roles, group) ? (roles[group] ?? []) : []))
  if (grants.length === 0)
    throw new FleetError(
      'role_missing',
      `expected one of the groups of the settings in the claim ${rolesClaim}, got others`,
    )
  return { name: name.data, grants: grants.map(grantIn) }
}

/**
 * Makes the user, or gives the one there the roles that the provider says now. A user who signs in by password here is somebody
 * else. @throws FleetError `name_taken`, `admin_needed`
 */
export async function admitPerson(
  store: PeopleStore,
  { name, grants }: { name: string; grants: readonly Grant[] },
  at: number,
): Promise<void> {
  const before = await store.user(name)
  if (before && before.passwordHash !== null)
    throw new FleetError('name_taken', `expected a name that nobody uses with a password here, got ${name}`)
  const outcome = before
    ? await store.setGrants(name, grants)
    : await store.addUser({ name, grants, passwordHash: null, createdAt: at })
  if (outcome === 'admin_needed')
    throw new FleetError('admin_needed', 'expected one user to stay (or the first to be) admin of the whole fleet')
}
