import { createLog, systemClock } from '@windlass/platform'
import pg from 'pg'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { busContract } from '../bus/bus.contract.ts'
import type { BusMessage } from '../bus/message.ts'
import { natsBus } from './nats-bus.ts'
import { postgresBus } from './postgres/postgres-bus.ts'
import { inSchema, schemaOf } from './postgres/schema.ts'
import { natsServer, postgresServer, type TestServer } from './test-servers.ts'

const ports = { clock: systemClock, log: createLog([], Date.now) }
let database: Awaited<ReturnType<typeof postgresServer>>
let nats: TestServer
beforeAll(async () => {
  database = await postgresServer('bus')
  nats = await natsServer()
})
afterAll(async () => {
  await nats.stop()
  await database.stop()
})

const overPostgres = (project: string | null) => async () => ({
  end: () => postgresBus({ url: inSchema(database.url, schemaOf(project)), project }, ports),
  async cut() {
    const admin = new pg.Client(database.url)
    await admin.connect()
    await admin.query(`select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'windlass bus'`)
    await admin.end()
  },
})
busContract('PostgreSQL', overPostgres(null), overPostgres(null))
busContract('PostgreSQL, in a project', overPostgres('acme-2'), overPostgres('acme-2'))

it('PostgreSQL keeps what is told in one project from all others', async () => {
  const projects = [null, 'acme', 'acme-2']
  const lines = await Promise.all(projects.map((project) => overPostgres(project)().then(({ end }) => end())))
  const heard = lines.map((): BusMessage[] => [])
  for (const [at, line] of lines.entries())
    line.subscribe({ hear: (message) => heard[at]?.push(message), missed: () => undefined })
  for (const [at, line] of lines.entries()) line.publish({ kind: 'ordered', unit: `u${at}`, what: 'desired' })
  await expect.poll(() => heard.flat().length).toBe(3)
  expect(heard.map((all) => all.map((message) => 'unit' in message && message.unit))).toEqual([['u0'], ['u1'], ['u2']])
  for (const line of lines) await line.close()
})

let lines = 0
const overNats = async () => {
  lines += 1
  const fleet = `line-${lines}`
  return { end: () => natsBus({ url: nats.url, fleet }, ports), cut: () => nats.restart() }
}
busContract('NATS', overNats, overNats)
