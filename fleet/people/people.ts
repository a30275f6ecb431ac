import type { Log, Random } from '@windlass/platform'
import { FleetError } from '../fleet-error.ts'
import type { GroupStore } from '../groups/group.ts'
import type { Caller } from './caller.ts'
import type { Passwords } from './passwords.ts'
import type { PeopleStore } from './people-store.ts'
import type { ApiToken, Grant, User } from './records.ts'
import { covers, groupsOver, isAdmin } from './roles.ts'
import { digestOf, newPasswordText, newTokenText } from './secrets.ts'

export interface PeoplePorts {
  store: PeopleStore
  groups: Pick<GroupStore, 'groupHeads'>
  passwords: Passwords
  random: Random
  log: Log
  now(): number
}

const lastAdmin = 'expected one user to stay (or the first to be) admin of the whole fleet'

/** Answers the password too where the fleet made it. @throws FleetError `name_taken`, `admin_needed`, `group_unknown` */
export async function addUser(
  { store, groups, passwords, random, log, now }: PeoplePorts,
  order: { name: string; grants: readonly Grant[]; password?: string | undefined },
): Promise<{ user: User; password: string | null }> {
  const { name, grants, password = newPasswordText(random) } = order
  await checkGroups(groups, grants)
  const first = !(await store.hasUsers())
  const passwordHash = await passwords.hash(password)
  const outcome = await store.addUser({ name, grants, passwordHash, createdAt: now() })
  if (outcome === 'taken') throw new FleetError('name_taken', `expected a name that no user has, got ${name}`)
  if (outcome === 'admin_needed') throw new FleetError('admin_needed', lastAdmin)
  if (first) log.warning('the fleet has its first user: from now on every request needs a sign-in', { user: name })
  return { user: await knownUser(store, name), password: order.password === undefined ? password : null }
}

/** @throws FleetError `user_unknown`, `admin_needed`, `group_unknown` */
export async function setGrants(
  { store, groups }: Pick<PeoplePorts, 'store' | 'groups'>,
  name: string,
  grants: readonly Grant[],
): Promise<User> {
  await checkGroups(groups, grants)
  const outcome = await store.setGrants(name, grants)
  if (outcome === 'admin_needed') throw new FleetError('admin_needed', lastAdmin)
  return knownUser(store, name)
}

/** Answers the password where the fleet made it. @throws FleetError `user_unknown` */
export async function setPassword(
  { store, passwords, random }: PeoplePorts,
  name: string,
  given: string | undefined,
): Promise<string | null> {
  const password = given ?? newPasswordText(random)
  const hash = await passwords.hash(password)
  if (!(await store.setPassword(name, hash))) throw unknownUser(name)
  return given === undefined ? password : null
}

/** @throws FleetError `user_unknown`, `admin_needed` */
export async function removeUser({ store, now }: PeoplePorts, name: string): Promise<void> {
  const outcome = await store.removeUser(name, now())
  if (outcome === 'unknown') throw unknownUser(name)
  if (outcome === 'admin_needed') throw new FleetError('admin_needed', lastAdmin)
}

/** The token's text is not kept: it can be shown now, and never again. @throws FleetError `role_missing`, `group_unknown` */
export async function addToken(
  { store, groups, random, now }: PeoplePorts,
  maker: Caller,
  order: { name: string; grants: readonly Grant[]; days?: number | undefined },
): Promise<{ token: ApiToken; text: string }> {
  const { name, grants, days } = order
  if (!maker.limits.every((had) => covers(had, grants)))
    throw new FleetError('role_missing', 'expected roles that whoever makes the token has, got more')
  await checkGroups(groups, grants)
  const text = newTokenText(random)
  const createdAt = now()
  const expiresAt = days === undefined ? null : createdAt + days * 86_400_000
  const token = { name, grants, hash: digestOf(text), madeBy: maker.user, createdAt, expiresAt }
  return { token: await store.addToken(token), text }
}

/** Those the caller may see: an admin all, others their own. */
export async function tokensFor({ store }: Pick<PeoplePorts, 'store'>, caller: Caller): Promise<ApiToken[]> {
  const tokens = await store.tokens()
  if (caller.limits.every(isAdmin)) return tokens
  return tokens.filter(({ madeBy }) => madeBy !== null && madeBy === caller.user)
}

/** @throws FleetError `token_unknown` */
export async function withdrawToken(ports: PeoplePorts, caller: Caller, id: number): Promise<void> {
  const isSeen = (await tokensFor(ports, caller)).some((token) => token.id === id)
  if (isSeen && (await ports.store.withdrawToken(id, ports.now()))) return
  throw new FleetError('token_unknown', `expected a token that holds, got ${id}`)
}

/** A role over a group that is not there would be over whatever gets its name some day. */
async function checkGroups(groups: PeoplePorts['groups'], grants: readonly Grant[]): Promise<void> {
  const names = groupsOver(grants)
  const known = new Set((await groups.groupHeads(names)).map(({ name }) => name))
  const strange = names.find((name) => !known.has(name))
  if (strange !== undefined) throw new FleetError('group_unknown', `expected a group of this fleet, got ${strange}`)
}

async function knownUser(store: PeopleStore, name: string): Promise<User> {
  const user = await store.user(name)
  if (!user) throw unknownUser(name)
  return user
}

function unknownUser(name: string): FleetError {
  return new FleetError('user_unknown', `expected a user of this fleet, got ${name}`)
}
