import { type RawBuilder, sql } from 'kysely'

/*
 * Advisory locks are the whole database's: those of a project bear its schema's name, so that no project waits for another. Those of
 * the default one are numbered as they were before there were projects: a process of an older version takes the same.
 */

/** SQL for the key of a lock with a name, which `parameter` is: `$1`. */
export function ownKey(parameter: string): string {
  return `hashtext(case current_schema() when 'public' then ${parameter}::text else current_schema() || ' ' || ${parameter}::text end)`
}

/** The same for a lock that has a number. */
export function ownNumber(lock: number): RawBuilder<unknown> {
  return sql.raw(
    `case current_schema() when 'public' then ${lock} else hashtextextended(current_schema()::text, ${lock}) end`,
  )
}

/** The same for a lock that is named by a value. */
export function ownName(name: string): RawBuilder<unknown> {
  return sql`hashtext(case current_schema() when 'public' then ${name}::text else current_schema() || ' ' || ${name}::text end)`
}
