import { once } from 'node:events'
import type { Socket } from 'node:net'
import pg from 'pg'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { planOf } from '../../rollout/plan.ts'
import type { Attempt, ReportEntry } from '../../store/records.ts'
import { attempt, kept, product, sight, uidOf } from '../../store/samples.ts'
import type { Store } from '../../store/store.ts'
import { postgresServer } from '../test-servers.ts'
import { openPool } from './pool.ts'
import { postgresStore } from './postgres-store.ts'

/*
 * A rollout to two devices, while the connection breaks at each of its statements in turn: before the server has it, and
 * after the server did it but before the answer is heard. Whoever asked asks once more. In the end all is as if nothing
 * had happened.
 */

let server: Awaited<ReturnType<typeof postgresServer>>
beforeAll(async () => {
  server = await postgresServer('pg')
})
afterAll(async () => {
  await server.stop()
})

type Side = 'before' | 'after'
type Query = (...args: unknown[]) => unknown
const sides = ['before', 'after'] as const satisfies readonly Side[]
const lost = () => new Error('Connection terminated unexpectedly')

/** A pool whose connections break at the `at`-th statement of all; counts them. */
function breaking(url: string, at: number, side: Side): { pool: pg.Pool; count: () => number } {
  const pool = openPool(url, () => undefined)
  let count = 0
  pool.on('connect', (client) => {
    const { stream } = (client as unknown as { connection: { stream: Socket } }).connection
    const query = client.query.bind(client) as unknown as Query
    const broken: Query = (...args) => {
      count += 1
      if (count !== at) return query(...args)
      if (side === 'before') stream.destroy()
      const answer = args.at(-1)
      if (typeof answer !== 'function') return (query(...args) as Promise<unknown>).then(gone)
      return query(...args.slice(0, -1), () => void gone().catch(answer as (error: unknown) => void))
    }
    const gone = async () => {
      stream.destroy()
      // Nobody asks again in the same moment, before the pool has noticed.
      await once(stream, 'close')
      throw lost()
    }
    client.query = broken as typeof client.query
    client.on('error', () => undefined)
  })
  return { pool, count: () => count }
}

const line = (status: string): ReportEntry => ({
  at: 2000,
  package: uidOf('p'),
  status,
  concluded: false,
  previousState: null,
  errorMessage: null,
  log: null,
})
const hear = (store: Store, serial: string, version: string, state?: Attempt['state']) => {
  const seen = sight(serial, version, 1000)
  const attempts = state ? [attempt(seen.id, { state })] : []
  return store.observe(seen, uidOf('p'), () => ({ attempts, reports: state ? [line(state)] : [] }))
}

const plan = planOf({ phases: [{ size: { count: 1 } }] })
const keyed = { key: 'once', asked: 'p' }

/** What is asked of the store while a release goes to two devices, one of which takes it back and may try again. */
const course: readonly ((store: Store) => Promise<unknown>)[] = [
  (store) => hear(store, 'A1', '3.0'),
  (store) => hear(store, 'B2', '3.0'),
  (store) => store.addPackage(kept('p', '3.1')),
  // An operator whose order was not answered gives it again, with the same key.
  (store) =>
    store.addRollout({ package: kept('p', '3.1'), to: { product }, createdAt: 1000, startAt: null, plan, once: keyed }),
  (store) => hear(store, 'A1', '3.0', 'offered'),
  (store) => hear(store, 'B2', '3.0', 'updating'),
  (store) => hear(store, 'A1', '3.1', 'updated'),
  (store) => hear(store, 'B2', '3.0', 'rolled_back'),
  async (store) => store.counts([await onlyRollout(store)]),
  async (store) => store.members(await onlyRollout(store), 10, undefined),
  (store) => store.allowRetry(sight('B2', '3.0', 1000).id, uidOf('p')),
  async (store) => store.tallies(await onlyRollout(store)),
  async (store) => store.changeRollout(await onlyRollout(store), ({ progress }) => ({ ...progress, phase: 1 })),
  async (store) => store.changeRollout(await onlyRollout(store), ({ progress }) => ({ ...progress, abortedAt: 2000 })),
]

async function played(
  url: string,
  at: number,
  side: Side,
): Promise<{ truth: unknown; count: number; failures: number }> {
  const { pool, count } = breaking(url, at, side)
  // A fleet that cannot start is started once more.
  const store = await postgresStore(pool).catch(() => postgresStore(pool))
  let failures = 0
  for (const step of course) {
    await step(store).catch(async () => {
      failures += 1
      await step(store)
    })
  }
  await store.close()
  const sound = await postgresStore(openPool(url, () => undefined))
  const truth = await truthOf(sound)
  await sound.close()
  return { truth, count: count(), failures }
}

/** Its number is not always 1: one that was given and taken back is not given again. */
async function onlyRollout(store: Store): Promise<number> {
  return (await store.rollouts())[0]?.rollout ?? 0
}

/** Everything that is known, but for how often it was told, and for the number of the rollout. */
async function truthOf(store: Store) {
  const devices = ['A1', 'B2'].map((serial) => sight(serial, '', 0).id)
  return {
    // Each draws its own bounds.
    rollouts: (await store.rollouts()).map((rollout) => ({ ...rollout, rollout: 1, bounds: rollout.bounds.length })),
    counts: [...(await store.counts([await onlyRollout(store)])).values()],
    packages: await store.packages(),
    known: (await Promise.all(devices.map((id) => store.known(id)))).map((known) => ({
      ...known,
      orders: known?.orders.map((order) => ({ ...order, rollout: 1, bounds: order.bounds.length })),
    })),
    told: await Promise.all(
      devices.map(async (id) => [...new Set((await store.history(id, 50)).map(({ status }) => status))]),
    ),
  }
}

it('a connection to PostgreSQL that breaks at any statement loses nothing and repeats nothing', async () => {
  const admin = new pg.Client(server.url)
  // It is still open when the server is told to stop, should this fail.
  admin.on('error', () => undefined)
  await admin.connect()
  const empty = async () => {
    const { rows } = await admin.query<{ tables: string | null }>(
      `select string_agg(quote_ident(tablename), ', ') as tables from pg_tables
       where schemaname = 'public' and tablename not like 'kysely%' and tablename not like 'audit%'`,
    )
    if (rows[0]?.tables) await admin.query(`truncate ${rows[0].tables} restart identity cascade`)
  }
  await played(server.url, Infinity, 'before')
  await empty()
  const right = await played(server.url, Infinity, 'before')
  expect(right.count).toBeGreaterThan(30)
  let broken = 0
  for (let at = 1; at <= right.count; at++) {
    for (const side of sides) {
      await empty()
      const came = await played(server.url, at, side).catch((error: unknown) => ({ truth: error, failures: 0 }))
      expect(came.truth, `${side} statement ${at}`).toEqual(right.truth)
      broken += came.failures
    }
  }
  await admin.end()
  // Most of them are noticed by who asked; the others break a connection that nobody uses any more.
  expect(broken).toBeGreaterThan(right.count)
}, 900_000)
