import type { Clock } from '@windlass/platform'
import pg from 'pg'
import { StartError } from '../../fleet-error.ts'

/** Keeps something for one process. */
export interface Hold {
  lost: Promise<Error>
  release: () => Promise<void>
}

// Any number would do, as long as it stays.
const lockNumber = 7_340_001
const patienceMs = 5000
const pauseMs = 100

/**
 * Takes the session lock that says: this folder has its fleet. A fleet that was just killed may still be held for a moment. In
 * a database that several processes share, each holds its own folder: `place` tells them apart.
 */
export async function holdFolder(url: string, folder: string, clock: Clock, place = ''): Promise<Hold> {
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
    const lock = place === '' ? '$1' : '$1, hashtext($2)'
    const values = place === '' ? [lockNumber] : [lockNumber, place]
    const { rows } = await client.query<{ got: boolean }>(`select pg_try_advisory_lock(${lock}) as got`, values)
    if (rows[0]?.got) return { lost, release }
    await clock.sleep(pauseMs)
  }
  await release()
  throw new StartError('data_in_use', `expected ${folder} to be free, got another fleet at work on it`)
}
