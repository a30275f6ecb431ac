import pg from 'pg'
import { goneAfterMs } from '../../processes/lines.ts'

/*
 * What is to be known of a project that may be half made, or half gone: what is not there counts for nothing. `url`: in its schema.
 */

export interface Population {
  devices: number
  units: number
}

export async function populationOf(url: string): Promise<Population> {
  const text = 'select (select count(*) from devices)::int as devices, (select count(*) from units)::int as units'
  return (await ask<Population>(url, text)) ?? { devices: 0, units: 0 }
}

/** Whether a process that lives has it open. */
export async function isInUse(url: string): Promise<boolean> {
  const text = `select exists (select from processes where seen_at > now() - interval '${goneAfterMs} milliseconds') as used`
  return (await ask<{ used: boolean }>(url, text))?.used ?? false
}

/** The name that its place for blobs and its line on a bus bear. */
export async function fleetIdOf(url: string): Promise<string | undefined> {
  const text = `select value #>> '{}' as fleet from shared where name = 'fleet'`
  return (await ask<{ fleet: string }>(url, text))?.fleet
}

const tableUnknown = '42P01'

async function ask<R extends pg.QueryResultRow>(url: string, text: string): Promise<R | undefined> {
  const client = new pg.Client({ connectionString: url, application_name: 'windlass projects' })
  await client.connect()
  try {
    return (await client.query<R>(text)).rows[0]
  } catch (error) {
    if (error instanceof pg.DatabaseError && error.code === tableUnknown) return undefined
    throw error
  } finally {
    await client.end()
  }
}
