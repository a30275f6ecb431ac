import {
  type Comparison,
  type Field,
  type KeyedField,
  type PlainField,
  type Query,
  versionOrder,
} from '@windlass/model'
import { type RawBuilder, sql } from 'kysely'

/*
 * A query as a condition on a row. It is true or false, never null, and says what `matchesQuery` says of the record: a property of
 * the contract suite.
 */

/** Where a row has what queries ask about. `pairs` are jsonb. */
export interface Columns {
  plain: Readonly<Partial<Record<PlainField['of'], RawBuilder<unknown>>>>
  pairs: Readonly<Partial<Record<KeyedField['of'], RawBuilder<unknown>>>>
}

/** A row of devices under this name. */
export function columnsOf(row: 'd' | 'm'): Columns {
  const at = (column: string) => sql.raw(`${row}.${column}`)
  return {
    plain: {
      id: at('id'),
      product: at('product'),
      version: at('version'),
      hardware: at('hardware'),
      status: at('status'),
    },
    pairs: { identity: at('identity::jsonb'), attribute: at('attributes::jsonb'), label: at('labels') },
  }
}

export function sqlOfQuery(query: Query, at: Columns): RawBuilder<boolean> {
  switch (query.is) {
    case 'all':
      return sql`true`
    case 'and':
      return sql`(${joined(query.of, at, sql` and `)})`
    case 'or':
      return sql`(${joined(query.of, at, sql` or `)})`
    case 'not':
      return sql`not ${sqlOfQuery(query.of, at)}`
    case 'has':
      return sql`jsonb_exists(${pairsIn(at, query.field)}, ${query.field.key})`
    case 'equal':
      return isOneOf(query.field, [query.value], at)
    case 'one_of':
      return isOneOf(query.field, query.values, at)
    case 'like':
      return someValue(query.field, at, (value) => sql`${value} like ${likePattern(query.pattern)}`)
    case '<':
    case '<=':
    case '>':
    case '>=':
      return compares(query.field, query.is, query.value, at)
  }
}

function joined(parts: readonly Query[], at: Columns, by: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql.join(
    parts.map((part) => sqlOfQuery(part, at)),
    by,
  )
}

// Containment, which the indexes of pairs answer; a value stands alone or among others.
function isOneOf(field: Field, values: readonly string[], at: Columns): RawBuilder<boolean> {
  if (!('key' in field)) return sql`${plainIn(at, field)} = any(${values})`
  const pairs = pairsIn(at, field)
  const held = values
    .flatMap((value) => [{ [field.key]: value }, { [field.key]: [value] }])
    .map((part) => sql`${pairs} @> ${JSON.stringify(part)}::jsonb`)
  return sql`(${sql.join(held, sql` or `)})`
}

function compares(field: Field, comparison: Comparison, other: string, at: Columns): RawBuilder<boolean> {
  const order = versionOrder(other)
  if (!order) return sql`false`
  const holds = (value: RawBuilder<unknown>) =>
    sql<boolean>`coalesce(version_order(${value}) collate "C" ${signs[comparison]} ${order}::text[], false)`
  return someValue(field, at, holds)
}

const signs = { '<': sql`<`, '<=': sql`<=`, '>': sql`>`, '>=': sql`>=` } as const satisfies Record<Comparison, unknown>

/** Whether some value of a field is as `holds` says. */
function someValue(
  field: Field,
  at: Columns,
  holds: (value: RawBuilder<unknown>) => RawBuilder<boolean>,
): RawBuilder<boolean> {
  if (!('key' in field)) return holds(plainIn(at, field))
  const value = sql`${pairsIn(at, field)} -> ${field.key}`
  const values = sql`case jsonb_typeof(${value}) when 'array' then ${value} when 'string' then jsonb_build_array(${value}) else '[]'::jsonb end`
  return sql`exists (select from jsonb_array_elements_text(${values}) as v(text) where ${holds(sql`v.text`)})`
}

// The parser lets no query about devices ask what units have, nor the other way about.
function plainIn({ plain }: Columns, { of }: PlainField): RawBuilder<unknown> {
  return plain[of] ?? missing(of)
}

function pairsIn({ pairs }: Columns, { of }: KeyedField): RawBuilder<unknown> {
  return pairs[of] ?? missing(of)
}

function missing(of: string): never {
  throw new Error(`expected a field of these rows, got ${of}`)
}

function likePattern(pattern: string): string {
  return pattern.replaceAll(/[\\%_]/g, (sign) => `\\${sign}`).replaceAll('*', '%')
}
