import type pg from 'pg'
import { noTracing, type Tracing } from '../../telemetry/tracing.ts'

type Query = (...given: unknown[]) => unknown

/** A span for each statement, named by its class: `record`, or `select devices`. Texts and values stay here. */
export function traceStatements(pool: pg.Pool, tracing: Tracing): void {
  if (tracing === noTracing) return
  pool.on('connect', (client) => {
    const query = client.query.bind(client) as Query
    client.query = ((...given: unknown[]) => asSpan(tracing, query, given)) as typeof client.query
  })
}

function asSpan(tracing: Tracing, query: Query, given: unknown[]): unknown {
  const name = classOf(given[0])
  const span = tracing.open({
    name,
    kind: 'client',
    facts: { 'db.system.name': 'postgresql', 'db.query.summary': name },
  })
  const last = given.at(-1)
  if (typeof last === 'function') {
    const heard = (error: unknown, ...more: unknown[]): unknown => {
      span.end(Boolean(error))
      return (last as Query)(error, ...more)
    }
    return query(...given.slice(0, -1), heard)
  }
  const made = query(...given)
  if (made instanceof Promise)
    made.then(
      () => span.end(),
      () => span.end(true),
    )
  else span.end()
  return made
}

/** The name of a prepared statement, else its first word and its first table. */
export function classOf(given: unknown): string {
  const { name, text = given } = Object(given) as { name?: unknown; text?: unknown }
  if (typeof name === 'string') return name
  if (typeof text !== 'string') return 'statement'
  const [, verb = 'statement'] = /^\s*(\w+)/.exec(text) ?? []
  const [, table] = /\b(?:from|into|update|table)\s+"?([a-z_][\w]*)/i.exec(text) ?? []
  return [verb.toLowerCase(), table].filter(Boolean).join(' ').slice(0, 100)
}
