import { createLog } from '@windlass/platform'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { packagerStoreContract } from '../../packagers/packager-store.contract.ts'
import { auditStoreContract } from '../../people/audit-store.contract.ts'
import { peopleStoreContract } from '../../people/people-store.contract.ts'
import { processesContract } from '../../processes/processes.contract.ts'
import { projectStoreContract } from '../../projects/project-store.contract.ts'
import { unitStoreContract } from '../../units/unit-store.contract.ts'
import { webhookStoreContract } from '../../webhooks/webhook-store.contract.ts'
import { postgresServer } from '../test-servers.ts'
import { openRecords } from './database.ts'
import { openPool } from './pool.ts'
import type { Records } from './postgres-store.ts'
import { dropSchema, inSchema, makeSchema, schemaOf } from './schema.ts'

/*
 * The records of projects, beside each other in one database: each suite whose part uses more than tables, each time in a schema of
 * its own next to those of before.
 */

const log = createLog([], Date.now)
let server: Awaited<ReturnType<typeof postgresServer>>
let first: Records
beforeAll(async () => {
  server = await postgresServer('schemas')
  first = await open(null)
})
afterAll(async () => {
  await first.close()
  await server.stop()
})

async function open(project: string | null, me = 'alone'): Promise<Records> {
  return (await openRecords({ url: server.url, alone: true }, project, me, { log })).records
}

let projects = 0
async function fresh(): Promise<string> {
  projects += 1
  const project = `p-${projects}`
  await makeSchema(server.url, schemaOf(project) ?? '')
  return project
}

async function freshStore<T>(part: (records: Records) => T): Promise<{ store: T; close(): Promise<void> }> {
  const records = await open(await fresh())
  return { store: part(records), close: () => records.close() }
}

unitStoreContract('a schema of postgres', () => freshStore(({ units }) => units))
packagerStoreContract('a schema of postgres', () => freshStore(({ packagers }) => packagers))
webhookStoreContract('a schema of postgres', () => freshStore(({ webhooks }) => webhooks))
auditStoreContract('a schema of postgres', () => freshStore(({ audit }) => audit))
projectStoreContract('a schema of postgres', () => freshStore(({ projects }) => projects))
peopleStoreContract('a schema of postgres', () => freshStore(({ people }) => people))

processesContract('a schema of postgres', async () => {
  const project = await fresh()
  const [a, b] = await Promise.all([open(project, 'a'), open(project, 'b')])
  await a.units.addClaim({ tokenHash: 'claim', systemId: null, createdAt: 1 })
  await a.units.enrol('claim', { id: 'u1', model: 'm', at: 1 })
  const pool = openPool(inSchema(server.url, schemaOf(project)), () => undefined)
  const silence = `update processes set seen_at = seen_at - $1 * interval '1 ms' where id = 'a'`
  return {
    shared: [a.shared, b.shared],
    lines: [a.lines, b.lines],
    unit: 'u1',
    silence: async (ms) => void (await pool.query(silence, [ms])),
    close: async () => {
      await pool.end()
      await a.close()
      await b.close()
    },
  }
})

describe('projects in one database', () => {
  it('wait for nobody of another, under the same names', async () => {
    const [a, b] = [await open(await fresh()), await open(await fresh())]
    const done = await a.shared.inTurn('x', () =>
      first.shared.inTurn('x', () => b.shared.inTurn('x', async () => 'all at once')),
    )
    expect(done).toBe('all at once')
    await a.close()
    await b.close()
  })

  it('find nothing where their own is missing, though others have it', async () => {
    const project = await fresh()
    const records = await open(project)
    const pool = openPool(inSchema(server.url, schemaOf(project)), () => undefined, { schema: schemaOf(project) })
    await pool.query('drop table webhook_deliveries, webhooks')
    await expect(pool.query('select * from webhooks')).rejects.toThrow('does not exist')
    await pool.end()
    await records.close()
  })

  it('are not opened over a connection that is elsewhere', async () => {
    const pool = openPool(server.url, () => undefined, { schema: 'project_acme' })
    await expect(pool.query('select 1')).rejects.toThrow('expected a connection to the schema project_acme alone')
    await pool.end()
  })

  it('go with all that is theirs, and take nothing of others along', async () => {
    const project = await fresh()
    await (await open(project)).close()
    const schema = schemaOf(project) ?? ''
    await dropSchema(server.url, schema)
    await dropSchema(server.url, schema)
    const client = new pg.Client(server.url)
    await client.connect()
    const { rows } = await client.query(`select extname from pg_extension where extname = 'pg_trgm'`)
    const left = await client.query('select 1 from pg_namespace where nspname = $1', [schema])
    await client.end()
    expect([rows, left.rowCount]).toEqual([[{ extname: 'pg_trgm' }], 0])
  })
})
