import pg from 'pg'
import type { TableShape } from '../../backup/records.ts'
import { schemaOf } from './schema.ts'

/*
 * All tables of a fleet, whatever they are, for copying them by COPY: in one transaction over the schemas of all projects.
 */

// Who was at work when the backup was made says nothing about who will be.
const transient = ['processes', 'unit_lines']

/** The schema whose names count now. */
export const here = '(select oid from pg_namespace where nspname = current_schema())'
const tablesText = `
  select c.relname as name, array_agg(a.attname::text order by a.attnum) as columns
  from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
  where c.relkind = 'r' and c.relnamespace = ${here} and c.relname not like 'kysely%'
    and c.relname <> all($1)
  group by c.relname order by c.relname`
const parentsText = `
  select conrelid::regclass::text as child, confrelid::regclass::text as parent from pg_constraint
  where contype = 'f' and connamespace = ${here} and conrelid <> confrelid`
/** From now on, and in this transaction, names are those of this project. */
export async function turnTo(client: pg.Client, project: string | null): Promise<void> {
  const schema = schemaOf(project)
  await client.query(`set local search_path to ${schema === null ? 'default' : pg.escapeIdentifier(schema)}`)
}

/** Those of the project that was turned to, parents before those that name them. */
export async function tablesOf(client: pg.Client): Promise<TableShape[]> {
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

export function shapeText({ name, columns }: TableShape): string {
  return `${pg.escapeIdentifier(name)} (${columns.map((column) => pg.escapeIdentifier(column)).join(', ')})`
}
