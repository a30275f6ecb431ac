import type { PeopleStore } from './people-store.ts'
import type { ApiToken, Grant, Session, User } from './records.ts'
import { groupsOver, isAdmin } from './roles.ts'

/** The people store's fake: the same behaviour, in memory. */
export function memoryPeopleStore(): PeopleStore {
  const users = new Map<string, User>()
  const sessions = new Map<string, Session>()
  const tokens: ApiToken[] = []
  const hasAdminBeside = (name: string) =>
    [...users.values()].some((user) => user.name !== name && isAdmin(user.grants))
  const change = (name: string, over: Partial<User>): boolean => {
    const user = users.get(name)
    if (user) users.set(name, { ...user, ...over })
    return user !== undefined
  }
  const endSessionsOf = (name: string): void => {
    for (const { hash, user } of sessions.values()) if (user === name) sessions.delete(hash)
  }
  const changeToken = (id: number, over: Partial<ApiToken>): void => {
    const at = tokens.findIndex((token) => token.id === id)
    const token = tokens[at]
    if (token) tokens[at] = { ...token, ...over }
  }
  return {
    hasUsers: async () => users.size > 0,
    async addUser(user) {
      if (users.has(user.name)) return 'taken'
      if (users.size === 0 && !isAdmin(user.grants)) return 'admin_needed'
      users.set(user.name, { ...user, lastSignIn: null, failures: 0, lockedUntil: null })
      return 'added'
    },
    user: async (name) => users.get(name),
    users: async () => [...users.values()].sort((x, y) => (x.name < y.name ? -1 : 1)),
    async setGrants(name, grants: readonly Grant[]) {
      if (!users.has(name)) return 'unknown'
      if (!isAdmin(grants) && !hasAdminBeside(name)) return 'admin_needed'
      change(name, { grants })
      return 'set'
    },
    async setPassword(name, passwordHash) {
      endSessionsOf(name)
      return change(name, { passwordHash, failures: 0, lockedUntil: null })
    },
    async removeUser(name, at) {
      if (!users.has(name)) return 'unknown'
      if (!hasAdminBeside(name)) return 'admin_needed'
      users.delete(name)
      endSessionsOf(name)
      for (const { id, madeBy, withdrawnAt } of tokens)
        if (madeBy === name && withdrawnAt === null) changeToken(id, { withdrawnAt: at })
      return 'removed'
    },
    async countFailure(name, lock) {
      const failures = (users.get(name)?.failures ?? 0) + 1
      change(name, { failures, lockedUntil: lock(failures) })
    },
    async addSession(session, at) {
      for (const { hash, expiresAt } of sessions.values()) if (expiresAt <= at) sessions.delete(hash)
      sessions.set(session.hash, session)
      change(session.user, { lastSignIn: at, failures: 0, lockedUntil: null })
    },
    async session(hash, at) {
      const session = sessions.get(hash)
      return session && session.expiresAt > at ? users.get(session.user) : undefined
    },
    endSession: async (hash) => void sessions.delete(hash),
    async addToken(token) {
      const added = { ...token, id: tokens.length + 1, lastUsed: null, withdrawnAt: null }
      tokens.push(added)
      return added
    },
    tokens: async () => [...tokens],
    async token(hash, at) {
      const token = tokens.find((each) => each.hash === hash)
      if (!token || token.withdrawnAt !== null || (token.expiresAt ?? Infinity) <= at) return undefined
      if (token.madeBy === null) return { token, bound: null }
      return { token, bound: users.get(token.madeBy)?.grants ?? [] }
    },
    tokenUsed: async (id, at) => changeToken(id, { lastUsed: at }),
    async grantedGroups(at) {
      const living = tokens.filter(({ withdrawnAt, expiresAt }) => withdrawnAt === null && (expiresAt ?? Infinity) > at)
      return groupsOver([...users.values(), ...living].flatMap(({ grants }) => grants))
    },
    async withdrawToken(id, at) {
      if (tokens.find((token) => token.id === id)?.withdrawnAt !== null) return false
      changeToken(id, { withdrawnAt: at })
      return true
    },
  }
}
