import { type Kysely, type Selectable, sql, type Transaction } from 'kysely'
import type { PeopleStore } from '../../people/people-store.ts'
import type { ApiToken, User } from '../../people/records.ts'
import { isAdmin } from '../../people/roles.ts'
import { grantsOf, keptGrants } from './kept-grants.ts'
import type { Tables } from './tables.ts'

type Row<T extends keyof Tables> = Selectable<Tables[T]>
type Db = Kysely<Tables>

/** The records of people in PostgreSQL; the tables have to be there. */
export function postgresPeopleStore(db: Db): PeopleStore {
  return { ...users(db), ...sessions(db), ...tokens(db) }
}

function users(db: Db) {
  return {
    async hasUsers() {
      return (await db.selectFrom('users').select('name').limit(1).executeTakeFirst()) !== undefined
    },
    addUser: ({ name, passwordHash, grants, createdAt }) =>
      alone(db, async (tx) => {
        const others = await tx.selectFrom('users').select('name').execute()
        if (others.some((other) => other.name === name)) return 'taken'
        if (others.length === 0 && !isAdmin(grants)) return 'admin_needed'
        const row = {
          name,
          password_hash: passwordHash,
          ...keptGrants(grants),
          created_at: new Date(createdAt),
        }
        await tx.insertInto('users').values(row).execute()
        return 'added'
      }),
    async user(name) {
      const row = await db.selectFrom('users').selectAll().where('name', '=', name).executeTakeFirst()
      return row && userOf(row)
    },
    users: async () => (await db.selectFrom('users').selectAll().orderBy('name').execute()).map(userOf),
    setGrants: (name, grants) =>
      alone(db, async (tx) => {
        if (!isAdmin(grants) && !(await hasAdminBeside(tx, name)))
          return (await isKnown(tx, name)) ? 'admin_needed' : 'unknown'
        const { grants: others, group_grants } = keptGrants(grants)
        const change = tx.updateTable('users').where('name', '=', name)
        // One after the other: setting the first takes the second away.
        const { numUpdatedRows } = await change.set({ grants: others }).executeTakeFirst()
        await change.set({ group_grants }).execute()
        return numUpdatedRows > 0 ? 'set' : 'unknown'
      }),
    setPassword: (name, password_hash) =>
      db.transaction().execute(async (tx) => {
        await tx.deleteFrom('sessions').where('user', '=', name).execute()
        const over = { password_hash, failures: 0, locked_until: null }
        const { numUpdatedRows } = await tx.updateTable('users').set(over).where('name', '=', name).executeTakeFirst()
        return numUpdatedRows > 0
      }),
    removeUser: (name, at) =>
      alone(db, async (tx) => {
        if (!(await isKnown(tx, name))) return 'unknown'
        if (!(await hasAdminBeside(tx, name))) return 'admin_needed'
        const withdrawn = tx.updateTable('api_tokens').set({ withdrawn_at: new Date(at) })
        await withdrawn.where('made_by', '=', name).where('withdrawn_at', 'is', null).execute()
        await tx.deleteFrom('users').where('name', '=', name).execute()
        return 'removed'
      }),
  } satisfies Partial<PeopleStore>
}

/** Who is admin is judged over all users: those who change it wait for each other. */
function alone<T>(db: Db, work: (tx: Transaction<Tables>) => Promise<T>): Promise<T> {
  return db.transaction().execute(async (tx) => {
    await sql`lock table users in share row exclusive mode`.execute(tx)
    return work(tx)
  })
}

async function isKnown(tx: Transaction<Tables>, name: string): Promise<boolean> {
  return (await tx.selectFrom('users').select('name').where('name', '=', name).executeTakeFirst()) !== undefined
}

async function hasAdminBeside(tx: Transaction<Tables>, name: string): Promise<boolean> {
  const others = await tx.selectFrom('users').select(['grants', 'group_grants']).where('name', '!=', name).execute()
  return others.some((user) => isAdmin(grantsOf(user)))
}

function sessions(db: Db) {
  return {
    countFailure: (name, lock) =>
      db.transaction().execute(async (tx) => {
        const read = tx.selectFrom('users').select('failures').where('name', '=', name).forUpdate()
        const failures = ((await read.executeTakeFirst())?.failures ?? 0) + 1
        const locked_until = instant(lock(failures))
        await tx.updateTable('users').set({ failures, locked_until }).where('name', '=', name).execute()
      }),
    addSession: ({ hash, user, expiresAt }, at) =>
      db.transaction().execute(async (tx) => {
        await tx.deleteFrom('sessions').where('expires_at', '<=', new Date(at)).execute()
        await tx
          .insertInto('sessions')
          .values({ hash, user, expires_at: new Date(expiresAt) })
          .execute()
        const over = { last_sign_in: new Date(at), failures: 0, locked_until: null }
        await tx.updateTable('users').set(over).where('name', '=', user).execute()
      }),
    async session(hash, at) {
      const found = db.selectFrom('sessions').innerJoin('users', 'users.name', 'sessions.user').selectAll('users')
      const row = await found.where('hash', '=', hash).where('expires_at', '>', new Date(at)).executeTakeFirst()
      return row && userOf(row)
    },
    endSession: async (hash) => void (await db.deleteFrom('sessions').where('hash', '=', hash).execute()),
  } satisfies Partial<PeopleStore>
}

function tokens(db: Db) {
  return {
    async addToken({ name, hash, grants, madeBy, createdAt, expiresAt }) {
      const times = { created_at: new Date(createdAt), expires_at: instant(expiresAt) }
      const row = { name, hash, ...keptGrants(grants), made_by: madeBy, ...times }
      return tokenOf(await db.insertInto('api_tokens').values(row).returningAll().executeTakeFirstOrThrow())
    },
    tokens: async () => (await db.selectFrom('api_tokens').selectAll().orderBy('id').execute()).map(tokenOf),
    async token(hash, at) {
      const found = db
        .selectFrom('api_tokens')
        .leftJoin('users', 'users.name', 'api_tokens.made_by')
        .selectAll('api_tokens')
        .select(['users.grants as bound', 'users.group_grants as group_bound'])
        .where('hash', '=', hash)
        .where('withdrawn_at', 'is', null)
        .where((e) => e.or([e('expires_at', 'is', null), e('expires_at', '>', new Date(at))]))
      const row = await found.executeTakeFirst()
      if (!row) return undefined
      const bound = grantsOf({ grants: row.bound ?? [], group_grants: row.group_bound ?? [] })
      return { token: tokenOf(row), bound: row.made_by === null ? null : bound }
    },
    async tokenUsed(id, at) {
      await db
        .updateTable('api_tokens')
        .set({ last_used: new Date(at) })
        .where('id', '=', id)
        .execute()
    },
    async grantedGroups(at) {
      const living = db.selectFrom('api_tokens').select('group_grants').where('withdrawn_at', 'is', null)
      const tokens = living.where((e) => e.or([e('expires_at', 'is', null), e('expires_at', '>', new Date(at))]))
      const rows = [...(await db.selectFrom('users').select('group_grants').execute()), ...(await tokens.execute())]
      return [...new Set(rows.flatMap((row) => row.group_grants.map(({ group }) => group)))].sort()
    },
    async withdrawToken(id, at) {
      const change = db.updateTable('api_tokens').set({ withdrawn_at: new Date(at) })
      const { numUpdatedRows } = await change.where('id', '=', id).where('withdrawn_at', 'is', null).executeTakeFirst()
      return numUpdatedRows > 0
    },
  } satisfies Partial<PeopleStore>
}

function userOf(row: Row<'users'>): User {
  return {
    name: row.name,
    passwordHash: row.password_hash,
    grants: grantsOf(row),
    createdAt: row.created_at.getTime(),
    lastSignIn: row.last_sign_in?.getTime() ?? null,
    failures: row.failures,
    lockedUntil: row.locked_until?.getTime() ?? null,
  }
}

function tokenOf(row: Row<'api_tokens'>): ApiToken {
  return {
    id: row.id,
    name: row.name,
    hash: row.hash,
    grants: grantsOf(row),
    madeBy: row.made_by,
    createdAt: row.created_at.getTime(),
    expiresAt: row.expires_at?.getTime() ?? null,
    lastUsed: row.last_used?.getTime() ?? null,
    withdrawnAt: row.withdrawn_at?.getTime() ?? null,
  }
}

function instant(at: number | null): Date | null {
  return at === null ? null : new Date(at)
}
