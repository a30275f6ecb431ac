import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createLog, systemClock } from '@windlass/platform'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { checkChain } from '../../people/audit.ts'
import { type EmbeddedPostgres, embeddedPostgres } from './embedded.ts'
import { openPool } from './pool.ts'
import { postgresStore } from './postgres-store.ts'
import { findPostmaster } from './postmaster.ts'

const ports = { clock: systemClock, log: createLog([], Date.now) }

describe('PostgreSQL in a folder', () => {
  let folder: string
  let server: EmbeddedPostgres
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'windlass-pg-'))
    // As below /root: nobody else may pass through.
    await chmod(folder, 0o700)
    server = await embeddedPostgres(join(folder, 'database'), ports)
  })
  afterAll(async () => {
    await server.stop()
    await rm(folder, { recursive: true, force: true })
  })

  const cluster = () => join(folder, 'database', 'cluster')
  const ask = async (text: string) => {
    const client = new pg.Client(server.url)
    await client.connect()
    const { rows } = await client.query(text)
    await client.end()
    return rows
  }

  it('says how many connections are in use, and how much waits for one', async () => {
    await ask('create database counted')
    const pool = openPool(server.url.replace(/postgres$/, 'counted'), () => undefined, { max: 2 })
    const store = await postgresStore(pool)
    const sleeping = [1, 2, 3].map(() => pool.query('select pg_sleep(1)'))
    await expect.poll(() => store.connections()).toMatchObject({ inUse: 2, waiting: 1 })
    await Promise.all(sleeping)
    expect(store.connections()).toMatchObject({ inUse: 0, waiting: 0 })
    expect(store.connections().idle).toBeGreaterThan(0)
    await store.close()
  })

  it('counts what waits for webhooks without looking at what was told', async () => {
    await ask('create database waiting')
    const pool = openPool(server.url.replace(/postgres$/, 'waiting'), () => undefined)
    const store = await postgresStore(pool)
    await pool.query(`insert into webhooks (url, secret, events, created_at) values ('u', 's', '{}', now())`)
    await pool.query(`insert into webhook_deliveries (webhook, kind, body, created_at, state)
      select 1, 'k', 'x', now(), case when n % 1000 = 0 then 'waiting' else 'delivered' end from generate_series(1, 50000) n`)
    await pool.query('vacuum analyze webhook_deliveries')
    expect((await store.webhooks.backlog()).waiting).toBe(50)
    const { rows } = await pool.query<{ 'QUERY PLAN': string }>(
      `explain select count(*), min(created_at) from webhook_deliveries where state = 'waiting'`,
    )
    expect(rows.map((row) => row['QUERY PLAN']).join()).toMatch(/Index (Only )?Scan using webhook_deliveries_/)
    await store.close()
  })

  it('refuses to change the audit log, and shows what was changed behind its back', async () => {
    await ask('create database audited')
    const pool = openPool(server.url.replace(/postgres$/, 'audited'), () => undefined)
    const store = await postgresStore(pool)
    const deed = { at: 1, kind: 'user', who: 'ada', from: '::1', action: 'POST /users', target: '/users', made: null }
    for (const result of [201, 409, 204]) await store.audit.add({ ...deed, result, code: null })
    for (const change of [`update audit set who = 'bob'`, 'delete from audit', 'truncate audit'])
      await expect(pool.query(change)).rejects.toThrow('the audit log only grows')
    expect(await checkChain(store.audit)).toMatchObject({ entries: 3, brokenAt: null })
    await pool.query('alter table audit disable trigger audit_only_grows')
    await pool.query(`update audit set who = 'bob' where id = 2`)
    expect(await checkChain(store.audit)).toMatchObject({ entries: 1, brokenAt: 2 })
    await store.close()
  })

  it('can be migrated by several at once, and again', async () => {
    await ask('create database together')
    const url = server.url.replace(/postgres$/, 'together')
    const stores = await Promise.all([1, 2, 3].map(() => postgresStore(openPool(url, () => undefined))))
    await Promise.all(stores.map((store) => store.close()))
    const again = await postgresStore(openPool(url, () => undefined))
    expect(await again.packages()).toEqual([])
    await again.close()
  })

  it('listens on loopback only and wants its password', async () => {
    expect(await ask('show listen_addresses')).toEqual([{ listen_addresses: '127.0.0.1' }])
    expect(await ask('show fsync')).toEqual([{ fsync: 'on' }])
    const wrong = new pg.Client(server.url.replace(/:[^:@]+@/, ':wrong@'))
    await expect(wrong.connect()).rejects.toThrow('password')
  })

  it('is not given to a second fleet while the first lives', async () => {
    await expect(embeddedPostgres(join(folder, 'database'), ports)).rejects.toMatchObject({ code: 'data_in_use' })
    expect(await ask('select 1 as one')).toEqual([{ one: 1 }])
  })

  it('stops in order, keeps its data, and starts again over a stale pid of another process', async () => {
    await ask('create table kept (n int)')
    await server.stop()
    expect(await findPostmaster(cluster())).toBeUndefined()
    await writeFile(join(cluster(), 'postmaster.pid'), `${process.pid}\n${cluster()}\n0\n1\n\n127.0.0.1\n0\nready\n`)
    server = await embeddedPostgres(join(folder, 'database'), ports)
    expect(await ask('select * from kept')).toEqual([])
  })

  it.each(['stopping', 'ready   '])(
    'that is shutting down and says %s is waited for, and started anew',
    async (said) => {
      const pid = (await findPostmaster(cluster()))?.pid ?? 0
      const client = new pg.Client(server.url)
      client.on('error', () => undefined)
      await client.connect()
      // As when the fleet that held it was killed.
      await client.query(
        `select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'windlass hold'`,
      )
      // It lets who is connected finish, and nobody else in.
      process.kill(pid, 'SIGTERM')
      await expect.poll(async () => (await findPostmaster(cluster()))?.status).toBe('stopping')
      const note = join(cluster(), 'postmaster.pid')
      await writeFile(note, (await readFile(note, 'utf8')).replace('stopping', said))
      const again = embeddedPostgres(join(folder, 'database'), ports)
      await systemClock.sleep(500)
      await client.end()
      server = await again
      expect((await findPostmaster(cluster()))?.pid).not.toBe(pid)
      expect(await ask('select 1 as one')).toEqual([{ one: 1 }])
    },
  )

  it('is started anew after it was killed, and the loss is told', async () => {
    process.kill((await findPostmaster(cluster()))?.pid ?? 0, 'SIGKILL')
    expect(await server.lost).toBeInstanceOf(Error)
    server = await embeddedPostgres(join(folder, 'database'), ports)
    expect(await ask('select * from kept')).toEqual([])
  })

  it('says what is wrong when the folder cannot be used', async () => {
    await writeFile(join(folder, 'a-file'), '')
    const tried = embeddedPostgres(join(folder, 'a-file'), ports)
    await expect(tried).rejects.toMatchObject({ code: 'data_unusable' })
  })

  it('tells what PostgreSQL said when it does not start', async () => {
    await mkdir(join(folder, 'broken', 'cluster'), { recursive: true })
    await expect(embeddedPostgres(join(folder, 'broken'), ports)).rejects.toThrow('postgresql.conf')
    expect(await readFile(join(folder, 'broken', 'log'), 'utf8')).toContain('postgresql.conf')
  })
})
