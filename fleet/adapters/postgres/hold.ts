import type { Clock } from '@windlass/platform'
import pg from 'pg'
import { StartError } from '../../fleet-error.ts'

/** Keeps a database for one fleet. */
export interface Hold {
  lost: Promise<Error>
  release: () => Promise<void>
}

// Any number would do, as long as it stays.
const lockNumber = 7_340_001
const patienceMs = 5000
const pauseMs = 100

/** Takes the session lock that says: this database has its fleet. A fleet that was just killed may still be held for a moment. */
export async function holdDatabase(url: string, folder: string, clock: Clock): Promise<Hold> {
  const client = new pg.Client({ connectionString: url, application_name: 'windlass hold' })
  const { promise: lost, resolve: lose } = Promise.withResolvers<Error>()
  let released = false
  const onEnd = (error?: Error): void => {
    if (!released) lose(error ?? new Error('the database closed the connection'))
  }
  client.on('error', onEnd)
  client.on('end', onEnd)
  await client.connect()
  const release = async (): Promise<void> => {
    released = true
    await client.end().catch(() => undefined)
  }
  for (let waited = 0; waited < patienceMs; waited += pauseMs) {
    const { rows } = await client.query<{ got: boolean }>('select pg_try_advisory_lock($1) as got', [lockNumber])
    if (rows[0]?.got) return { lost, release }
    await clock.sleep(pauseMs)
  }
  await release()
  throw new StartError('data_in_use', `expected ${folder} to be free, got another fleet at work on it`)
}
