import pg from 'pg'

/** Where the records of a project are. Those of the default project are where they were before there were others. */
export function schemaOf(project: string | null): string | null {
  return project === null ? null : `project_${project}`
}

/** The same database, in which nothing but this schema has a name: no query that forgets whose it is finds others' rows. */
export function inSchema(url: string, schema: string | null): string {
  if (schema === null) return url
  const own = new URL(url)
  const before = own.searchParams.get('options')
  const only = `-c search_path=${pg.escapeIdentifier(schema)}`
  own.searchParams.set('options', before === null ? only : `${before} ${only}`)
  return own.href
}

/** May be done again. */
export function makeSchema(url: string, schema: string): Promise<void> {
  return once(url, `create schema if not exists ${pg.escapeIdentifier(schema)}`)
}

/** With all that is in it; may be done again. */
export function dropSchema(url: string, schema: string): Promise<void> {
  return once(url, `drop schema if exists ${pg.escapeIdentifier(schema)} cascade`)
}

async function once(url: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: url, application_name: 'windlass projects' })
  await client.connect()
  try {
    await client.query(statement)
  } finally {
    await client.end()
  }
}
