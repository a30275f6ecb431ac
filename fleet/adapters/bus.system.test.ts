import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createLog, systemClock } from '@windlass/platform'
import pg from 'pg'
import { afterAll, beforeAll } from 'vitest'
import { busContract } from '../bus/bus.contract.ts'
import { natsBus } from './nats-bus.ts'
import { type EmbeddedPostgres, embeddedPostgres } from './postgres/embedded.ts'
import { postgresBus } from './postgres/postgres-bus.ts'
import { natsServer, type TestServer } from './test-servers.ts'

const ports = { clock: systemClock, log: createLog([], Date.now) }
let folder: string
let database: EmbeddedPostgres
let nats: TestServer
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'windlass-bus-'))
  await chmod(folder, 0o700)
  database = await embeddedPostgres(join(folder, 'database'), ports)
  nats = await natsServer()
})
afterAll(async () => {
  await nats.stop()
  await database.stop()
  await rm(folder, { recursive: true, force: true })
})

const overPostgres = async () => ({
  end: () => postgresBus(database.url, ports),
  async cut() {
    const admin = new pg.Client(database.url)
    await admin.connect()
    await admin.query(`select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'windlass bus'`)
    await admin.end()
  },
})
busContract('PostgreSQL', overPostgres, overPostgres)

let lines = 0
const overNats = async () => {
  lines += 1
  const fleet = `line-${lines}`
  return { end: () => natsBus({ url: nats.url, fleet }, ports), cut: () => nats.restart() }
}
busContract('NATS', overNats, overNats)
