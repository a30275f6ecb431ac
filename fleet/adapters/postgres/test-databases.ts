import pg from 'pg'
import { openPool } from './pool.ts'
import { postgresStore } from './postgres-store.ts'

/**
 * For tests: gives the address of a new database of a server at each call. Its tables are copied from one whose were made at the
 * first call, which takes a third of the time. `prepare`: what that one has beyond a fleet's tables.
 */
export function testDatabases(
  server: () => string,
  name: string,
  prepare: (url: string) => Promise<void> = async () => undefined,
): () => Promise<string> {
  let template: Promise<string> | undefined
  let count = 0
  const urlOf = (database: string) => server().replace(/postgres$/, database)
  const ask = async (text: string) => {
    const client = new pg.Client(server())
    await client.connect()
    try {
      await client.query(text)
    } finally {
      await client.end()
    }
  }
  const make = async (): Promise<string> => {
    await ask(`create database ${name}_template`)
    const url = urlOf(`${name}_template`)
    await (await postgresStore(openPool(url, () => undefined))).close()
    await prepare(url)
    return `${name}_template`
  }
  return async () => {
    template ??= make()
    const from = await template
    count += 1
    await ask(`create database ${name}_${count} template ${from}`)
    return urlOf(`${name}_${count}`)
  }
}
