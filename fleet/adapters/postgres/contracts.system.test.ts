import { afterAll, beforeAll } from 'vitest'
import { packagerStoreContract } from '../../packagers/packager-store.contract.ts'
import { auditStoreContract } from '../../people/audit-store.contract.ts'
import { peopleStoreContract } from '../../people/people-store.contract.ts'
import { processesContract } from '../../processes/processes.contract.ts'
import { storeContract } from '../../store/store.contract.ts'
import { unitStoreContract } from '../../units/unit-store.contract.ts'
import { sealableStoreContract } from '../../webhooks/sealable-store.contract.ts'
import { webhookStoreContract } from '../../webhooks/webhook-store.contract.ts'
import { postgresServer } from '../test-servers.ts'
import { openPool } from './pool.ts'
import { postgresStore, type Records } from './postgres-store.ts'
import { testDatabases } from './test-databases.ts'

let server: Awaited<ReturnType<typeof postgresServer>>
beforeAll(async () => {
  server = await postgresServer('contracts')
})
afterAll(async () => {
  await server.stop()
})

const fresh = testDatabases(() => server.url, 'contract')
const freshPool = async () => openPool(await fresh(), () => undefined)
const freshStore = async () => postgresStore(await freshPool())

async function freshPart<T>(part: (records: Records) => T): Promise<{ store: T; close(): Promise<void> }> {
  const records = await freshStore()
  return { store: part(records), close: () => records.close() }
}

storeContract('postgres', freshStore)
unitStoreContract('postgres', () => freshPart(({ units }) => units))
webhookStoreContract('postgres', () => freshPart(({ webhooks }) => webhooks))
sealableStoreContract('postgres', () => freshPart(({ webhooks }) => webhooks))
packagerStoreContract('postgres', () => freshPart(({ packagers }) => packagers))
auditStoreContract('postgres', () => freshPart(({ audit }) => audit))
peopleStoreContract('postgres', () => freshPart(({ people }) => people))

processesContract('PostgreSQL', async () => {
  const pool = await freshPool()
  const [a, b] = await Promise.all([postgresStore(pool, 'a'), postgresStore(pool, 'b')])
  await a.units.addClaim({ tokenHash: 'claim', systemId: null, createdAt: 1 })
  await a.units.enrol('claim', { id: 'u1', model: 'm', at: 1 })
  const silence = `update processes set seen_at = seen_at - $1 * interval '1 ms' where id = 'a'`
  return {
    shared: [a.shared, b.shared],
    lines: [a.lines, b.lines],
    unit: 'u1',
    silence: async (ms) => void (await pool.query(silence, [ms])),
    close: () => a.close(),
  }
})
