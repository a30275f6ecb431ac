import { type RawBuilder, sql } from 'kysely'

/** Below all that are given out, and no other connection has it: for what is taken back again. */
export const nobodysId = sql<number>`-pg_backend_pid()`

/** A row to insert with an id of one's own, instead of the next one that PostgreSQL gives out, which then is not used up. */
export function withId<T extends object>(id: RawBuilder<number>, values: T) {
  const names = Object.keys(values) as (keyof T & string)[]
  const given = sql.join(names.map((name) => values[name]))
  return { columns: ['id' as const, ...names], expression: sql`overriding system value values (${id}, ${given})` }
}
