import { parseQuery } from '@windlass/model'
import { createLog } from '@windlass/platform'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { postgresServer } from '../test-servers.ts'
import { openRecords } from './database.ts'
import type { Records } from './postgres-store.ts'

/** More than one walk by id passes, so that each way of finding devices is taken. */
const devices = 30_000
const pairs = `jsonb_build_object('twentieth', (n % 20)::text, 'hundredth', (n % 100)::text, 'half', (n % 2)::text)`

describe('the first devices of a query', () => {
  let server: Awaited<ReturnType<typeof postgresServer>>
  let records: Records
  let client: pg.Client
  beforeAll(async () => {
    server = await postgresServer('first-devices')
    const log = createLog([], Date.now)
    records = (await openRecords({ url: server.url, alone: true }, null, 'alone', { log })).records
    client = new pg.Client(server.url)
    await client.connect()
    await client.query(
      `insert into devices (id, product, version, hardware, identity, attributes, labels, status, first_seen, last_seen)
       select encode(sha256(n::text::bytea), 'hex'), repeat('a', 64), '1.' || n % 5, 'board', '{}', '{}', ${pairs}, 'idle', now(), now()
       from generate_series(1, ${devices}) n`,
    )
    await client.query('analyze devices')
  })
  afterAll(async () => {
    await client.end()
    await records.close()
    await server.stop()
  })

  /** All pages of a query, and all that it is true of. */
  async function both(query: string, condition: string): Promise<[string[], string[]]> {
    const pages: string[] = []
    for (let after: string | undefined; ; ) {
      const page = await records.devices({ query: parseQuery(query), limit: 100, after })
      pages.push(...page.map(({ id }) => id))
      after = page.at(-1)?.id
      if (page.length < 100 || after === undefined) break
    }
    const { rows } = await client.query<{ id: string }>(`select id from devices where ${condition} order by id`)
    return [pages, rows.map(({ id }) => id)]
  }

  it.each([
    ['many', 'label.half = 1', `labels->>'half' = '1'`],
    ['some', 'label.hundredth = 7', `labels->>'hundredth' = '7'`],
    ['hardly enough for a walk', 'label.twentieth = 3 and version >= 1.1', `labels->>'twentieth' = '3'`],
    ['one part alone, and no device both', 'label.twentieth = 0 and version >= 1.1', 'false'],
    ['nobody', 'label.half = 2', 'false'],
  ])('that is true of %s are those in the order of ids, page by page', async (_, query, condition) => {
    const [pages, all] = await both(query, condition)
    expect(pages).toEqual(all)
  })
})
