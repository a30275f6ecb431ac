import pg from 'pg'
import { from as copyFrom, to as copyTo } from 'pg-copy-streams'
import type { Content, Filling, Snapshot, TableShape } from '../../backup/records.ts'
import { StartError } from '../../fleet-error.ts'
import type { KeptObject } from '../../store/records.ts'

/*
 * All tables of a fleet, out and in, whatever they are: by COPY, in one transaction.
 */

// Who was at work when the backup was made says nothing about who will be.
const transient = ['processes', 'unit_lines']

const tablesText = `
  select c.relname as name, array_agg(a.attname::text order by a.attnum) as columns
  from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
  where c.relkind = 'r' and c.relnamespace = 'public'::regnamespace and c.relname not like 'kysely%'
    and c.relname <> all($1)
  group by c.relname order by c.relname`
const parentsText = `
  select conrelid::regclass::text as child, confrelid::regclass::text as parent from pg_constraint
  where contype = 'f' and connamespace = 'public'::regnamespace and conrelid <> confrelid`
const sequencesText = `
  select c.relname as table, a.attname as column from pg_class c
  join pg_attribute a on a.attrelid = c.oid and a.attidentity <> ''
  where c.relnamespace = 'public'::regnamespace`

/** The tables as they are now, whatever is written meanwhile. */
export async function snapshotOf(url: string): Promise<Snapshot> {
  const client = new pg.Client({ connectionString: url, application_name: 'windlass backup' })
  await client.connect()
  await client.query('begin isolation level repeatable read read only')
  const { rows } = await client.query<{ name: string }>('select name from kysely_migration order by name desc limit 1')
  const [newest] = rows
  if (!newest) throw new StartError('backup_failed', 'expected the records of a fleet, got a database without')
  return {
    schema: newest.name,
    tables: await tablesOf(client),
    rows: (table) => client.query(copyTo(`copy ${shapeText(table)} to stdout`)),
    content: () => contentOf(client),
    close: () => client.end(),
  }
}

async function contentOf(client: pg.Client): Promise<Content> {
  const text = `select (select value #>> '{}' from shared where name = 'fleet') as fleet,
    (select coalesce(json_agg(json_build_object('uid', uid, 'size', size, 'objects', objects) order by uid), '[]') from packages) as packages,
    (select coalesce(json_agg(json_build_object('digest', digest, 'size', size) order by digest), '[]') from blobs) as blobs`
  type Row = Omit<Content, 'packages'> & { packages: { uid: string; size: number; objects: KeptObject[] }[] }
  const { rows } = await client.query<Row>(text)
  const [row] = rows
  if (!row) throw new Error('expected one row about the fleet, got none')
  const packages = row.packages.map(({ objects, ...kept }) => ({
    ...kept,
    beside: objects.filter(({ at }) => at === null),
  }))
  return { ...row, packages }
}

/** Tables that are there and empty, to be filled. @throws StartError `restore_refused` where they are not empty */
export async function fillingOf(url: string): Promise<Filling> {
  const client = new pg.Client({ connectionString: url, application_name: 'windlass restore' })
  await client.connect()
  await client.query('begin')
  const tables = await tablesOf(client)
  for (const { name } of tables) {
    const { rowCount } = await client.query(`select from ${pg.escapeIdentifier(name)} limit 1`)
    if (rowCount === 0) continue
    await client.end()
    throw new StartError('restore_refused', `expected a database without a fleet, got rows in ${name}`)
  }
  // What triggers keep is in the backup, too.
  await triggers(client, tables, 'disable')
  return {
    into: (table) => client.query(copyFrom(`copy ${shapeText(table)} from stdin`)),
    async commit() {
      await triggers(client, tables, 'enable')
      await countOn(client)
      await client.query('commit')
    },
    close: () => client.end(),
  }
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

function shapeText({ name, columns }: TableShape): string {
  return `${pg.escapeIdentifier(name)} (${columns.map((column) => pg.escapeIdentifier(column)).join(', ')})`
}

async function tablesOf(client: pg.Client): Promise<TableShape[]> {
  const { rows: tables } = await client.query<TableShape>(tablesText, [transient])
  const { rows: links } = await client.query<{ child: string; parent: string }>(parentsText)
  const ordered: TableShape[] = []
  for (let left = tables; left.length > 0; ) {
    const isFree = ({ name }: TableShape) =>
      !links.some(({ child, parent }) => child === name && left.some((other) => other.name === parent))
    const free = left.filter(isFree)
    if (free.length === 0)
      throw new Error(`expected tables without a circle, got ${left.map(({ name }) => name).join()}`)
    ordered.push(...free)
    left = left.filter((table) => !free.includes(table))
  }
  return ordered
}
