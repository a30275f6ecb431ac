import pg from 'pg'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Grant } from '../../people/records.ts'
import { storeContract } from '../../store/store.contract.ts'
import { unitStoreContract } from '../../units/unit-store.contract.ts'
import { postgresServer } from '../test-servers.ts'
import { openPool } from './pool.ts'
import { migratedTo, postgresStore } from './postgres-store.ts'
import { testDatabases } from './test-databases.ts'

/*
 * While a fleet is brought up to date, processes of this version and of the next stand on the same tables. The next version
 * may only add (docs/decisions/two-versions-side-by-side.md): all that it may do is done here, and this version goes on.
 */

let server: Awaited<ReturnType<typeof postgresServer>>
beforeAll(async () => {
  server = await postgresServer('two')
})
afterAll(async () => {
  await server.stop()
})

/** What a version to come may have done. */
async function ahead(url: string): Promise<void> {
  const client = new pg.Client(url)
  await client.connect()
  const { rows } = await client.query<{ name: string }>(
    `select tablename as name from pg_tables where schemaname = 'public' and tablename not like 'kysely%'`,
  )
  for (const { name } of rows) {
    await client.query(`alter table ${name} add column id_to_come text not null default 'x', add column at_to_come int`)
    await client.query(`create index on ${name} (at_to_come)`)
  }
  await client.query('create table to_come (device text references devices, unit text references units)')
  await client.query(`insert into kysely_migration (name, timestamp) values ('999-to-come', '2027-01-01T00:00:00Z')`)
  await client.end()
}

const fresh = testDatabases(() => server.url, 'ahead', ahead)
const storeAhead = async () => postgresStore(openPool(await fresh(), () => undefined))
storeContract('this version on the tables of the next', storeAhead)
unitStoreContract('this version on the tables of the next', async () => {
  const store = await storeAhead()
  return { store: store.units, close: () => store.close() }
})

it('tables are never half of another version: unknown steps without all of ours are refused', async () => {
  const url = server.url
  await migratedTo(
    openPool(url, () => undefined),
    '004-news-of-units',
  )
  const client = new pg.Client(url)
  await client.connect()
  await client.query(`insert into kysely_migration (name, timestamp) values ('004-other', '2027-01-01T00:00:00Z')`)
  await client.end()
  const pool = openPool(url, () => undefined)
  await expect(postgresStore(pool)).rejects.toThrow('migration')
  await pool.end()
})

it('a version that knows of no roles over groups reads none, and takes them away where it sets the others', async () => {
  const url = await fresh()
  const store = await postgresStore(openPool(url, () => undefined))
  const before = new pg.Client(url)
  await before.connect()
  const hers: Grant[] = [{ role: 'admin', over: { group: 'pilots' } }]
  const user = { passwordHash: null, createdAt: 1000 }
  await store.people.addUser({ ...user, name: 'ada', grants: [{ role: 'admin', over: 'fleet' }] })
  await store.people.addUser({ ...user, name: 'anna', grants: hers })
  const token = { name: 'ci', grants: hers, madeBy: 'anna', createdAt: 1000, expiresAt: null }
  await store.people.addToken({ ...token, hash: 't1' })
  const read = async (table: string) => (await before.query<{ grants: unknown }>(`select grants from ${table}`)).rows
  expect(await read('users')).toEqual([{ grants: [{ role: 'admin', product: null }] }, { grants: [] }])
  expect(await read('api_tokens')).toEqual([{ grants: [] }])
  expect(await store.people.token('t1', 2000)).toMatchObject({ token: { grants: hers }, bound: hers })

  const everything = JSON.stringify([{ role: 'viewer', product: null }])
  await before.query(`update users set grants = $1 where name = 'anna'`, [everything])
  const now = [{ role: 'viewer', over: 'fleet' }]
  expect((await store.people.user('anna'))?.grants).toEqual(now)
  expect(await store.people.token('t1', 2000)).toMatchObject({ token: { grants: hers }, bound: now })
  await before.query(`insert into users (name, grants, created_at) values ('bob', $1, now())`, [everything])
  expect((await store.people.user('bob'))?.grants).toEqual(now)
  await before.end()
  await store.close()
})
