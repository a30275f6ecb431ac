import pg from 'pg'
import { from as copyFrom } from 'pg-copy-streams'
import type { Filling, TableShape } from '../../backup/records.ts'
import { StartError } from '../../fleet-error.ts'
import { here, shapeText, tablesOf, turnTo } from './copy-tables.ts'

const sequencesText = `
  select c.relname as table, a.attname as column from pg_class c
  join pg_attribute a on a.attrelid = c.oid and a.attidentity <> ''
  where c.relnamespace = ${here}`

/**
 * Tables that are there and empty, to be filled: those of the default project and of these others.
 * @throws StartError `restore_refused` where they are not empty
 */
export async function fillingOf(url: string, projects: readonly string[]): Promise<Filling> {
  const client = new pg.Client({ connectionString: url, application_name: 'windlass restore' })
  const all = [null, ...projects]
  await client.connect()
  try {
    await client.query('begin')
    // What triggers keep is in the backup, too.
    for (const project of all) await triggers(client, await emptyTables(client, project), 'disable')
  } catch (error) {
    await client.end()
    throw error
  }
  return {
    async into(project, table) {
      await turnTo(client, project)
      return client.query(copyFrom(`copy ${shapeText(table)} from stdin`))
    },
    async commit() {
      for (const project of all) {
        await turnTo(client, project)
        await triggers(client, await tablesOf(client), 'enable')
        await countOn(client)
      }
      await client.query('commit')
    },
    close: () => client.end(),
  }
}

async function emptyTables(client: pg.Client, project: string | null): Promise<TableShape[]> {
  await turnTo(client, project)
  const tables = await tablesOf(client)
  for (const { name } of tables) {
    const { rowCount } = await client.query(`select from ${pg.escapeIdentifier(name)} limit 1`)
    if (rowCount === 0) continue
    const of = project === null ? '' : ` of the project ${project}`
    throw new StartError('restore_refused', `expected a database without a fleet, got rows in ${name}${of}`)
  }
  return tables
}

async function triggers(client: pg.Client, tables: readonly TableShape[], state: 'enable' | 'disable'): Promise<void> {
  for (const { name } of tables) await client.query(`alter table ${pg.escapeIdentifier(name)} ${state} trigger user`)
}

/** Numbers go on after those that were copied. */
async function countOn(client: pg.Client): Promise<void> {
  const { rows } = await client.query<{ table: string; column: string }>(sequencesText)
  for (const { table, column } of rows) {
    const [t, c] = [pg.escapeIdentifier(table), pg.escapeIdentifier(column)]
    await client.query(`select setval(pg_get_serial_sequence($1, $2), coalesce(max(${c}), 0) + 1, false) from ${t}`, [
      t,
      column,
    ])
  }
}
