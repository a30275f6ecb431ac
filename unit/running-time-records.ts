import type { RunningTimeRecords } from '@windlass/platform'
import { type Database, migrate } from '@windlass/platform/database'

const tables = ['CREATE TABLE running_time (ms REAL NOT NULL) STRICT']

/** How long the unit has run, in its database. */
export function runningTimeRecords(db: Database): RunningTimeRecords {
  migrate(db, 'running_time', tables)
  return {
    runningMs: () => Number(db.get('SELECT ms FROM running_time')?.['ms'] ?? 0),
    saveRunningMs: (ms) =>
      db.transaction(() => {
        db.run('DELETE FROM running_time')
        db.run('INSERT INTO running_time (ms) VALUES (?)', ms)
      }),
  }
}
