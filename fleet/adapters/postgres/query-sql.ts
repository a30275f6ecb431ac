import { type Comparison, type Field, type Query, versionOrder } from '@windlass/model'
import { type RawBuilder, sql } from 'kysely'

/*
 * A query as a condition on a row `d` of devices. It is true or false, never null, and says what `matchesQuery` says of the
 * record: a property of the contract suite.
 */

export function sqlOfQuery(query: Query): RawBuilder<boolean> {
  switch (query.is) {
    case 'all':
      return sql`true`
    case 'and':
      return sql`(${sql.join(query.of.map(sqlOfQuery), sql` and `)})`
    case 'or':
      return sql`(${sql.join(query.of.map(sqlOfQuery), sql` or `)})`
    case 'not':
      return sql`not ${sqlOfQuery(query.of)}`
    case 'has':
      return sql`jsonb_exists(${pairsOf(query.field.of)}, ${query.field.key})`
    case 'equal':
      return isOneOf(query.field, [query.value])
    case 'one_of':
      return isOneOf(query.field, query.values)
    case 'like':
      return someValue(query.field, (value) => sql`${value} like ${likePattern(query.pattern)}`)
    case '<':
    case '<=':
    case '>':
    case '>=':
      return compares(query.field, query.is, query.value)
  }
}

// Containment, which the indexes of pairs answer; a value stands alone or among others.
function isOneOf(field: Field, values: readonly string[]): RawBuilder<boolean> {
  if (!('key' in field)) return sql`${column(field)} = any(${values})`
  const pairs = pairsOf(field.of)
  const held = values
    .flatMap((value) => [{ [field.key]: value }, { [field.key]: [value] }])
    .map((part) => sql`${pairs} @> ${JSON.stringify(part)}::jsonb`)
  return sql`(${sql.join(held, sql` or `)})`
}

function compares(field: Field, comparison: Comparison, other: string): RawBuilder<boolean> {
  const order = versionOrder(other)
  if (!order) return sql`false`
  const holds = (value: RawBuilder<unknown>) =>
    sql<boolean>`coalesce(version_order(${value}) collate "C" ${signs[comparison]} ${order}::text[], false)`
  return someValue(field, holds)
}

const signs = { '<': sql`<`, '<=': sql`<=`, '>': sql`>`, '>=': sql`>=` } as const satisfies Record<Comparison, unknown>

/** Whether some value of a field is as `holds` says. */
function someValue(field: Field, holds: (value: RawBuilder<unknown>) => RawBuilder<boolean>): RawBuilder<boolean> {
  if (!('key' in field)) return holds(column(field))
  const value = sql`${pairsOf(field.of)} -> ${field.key}`
  const values = sql`case jsonb_typeof(${value}) when 'array' then ${value} when 'string' then jsonb_build_array(${value}) else '[]'::jsonb end`
  return sql`exists (select from jsonb_array_elements_text(${values}) as v(text) where ${holds(sql`v.text`)})`
}

function column({ of }: Field): RawBuilder<unknown> {
  return sql.raw(`d.${of}`)
}

function pairsOf(of: 'identity' | 'attribute' | 'label'): RawBuilder<unknown> {
  return { identity: sql`d.identity::jsonb`, attribute: sql`d.attributes::jsonb`, label: sql`d.labels` }[of]
}

function likePattern(pattern: string): string {
  return pattern.replaceAll(/[\\%_]/g, (sign) => `\\${sign}`).replaceAll('*', '%')
}
