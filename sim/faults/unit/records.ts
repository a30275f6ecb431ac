import type { Database } from '@windlass/platform/database'
import { memoryRunningTimeRecords } from '@windlass/platform/fakes'
import { memoryImageRecords, memoryInstanceRecords, memoryJournalRecords } from '@windlass/services/fakes'
import type { ProcessHost } from '../device/machine-ports.ts'
import type { Life } from '../world/life.ts'

/*
 * Records that were written are there after every crash: whether SQLite keeps that promise is not tried here. What is tried
 * is a process that ends before or after each write, and a disk that refuses it.
 */

/** One write of a process into its records. @throws as SQLite does; in a process that is dead nothing is done any more */
type Write = <T>(name: string, work: () => T) => T

function writes(host: ProcessHost, life: Life): Write {
  return (name, work) => {
    const fault = life.alive ? host.onCall({ to: 'records', name }) : undefined
    if (!life.alive) throw new Error('this process is dead')
    if (fault?.kind === 'disk-error')
      throw new Error(fault.code === 'ENOSPC' ? 'database or disk is full' : 'disk I/O error')
    const result = work()
    if (fault && 'side' in fault && fault.side === 'after') {
      host.strike(fault)
      throw new Error('this process is dead')
    }
    return result
  }
}

/** The same database as one process has it. */
export function gatedDatabase(db: Database, host: ProcessHost, life: Life): Database {
  const write = writes(host, life)
  let depth = 0
  const alone = <T>(name: string, work: () => T): T => (depth > 0 ? work() : write(name, work))
  return {
    exec: (sql) => alone('exec', () => db.exec(sql)),
    run: (sql, ...params) => alone(firstWords(sql), () => db.run(sql, ...params)),
    get: (sql, ...params) => db.get(sql, ...params),
    all: (sql, ...params) => db.all(sql, ...params),
    transaction: (work) =>
      alone('transaction', () => {
        depth += 1
        try {
          return db.transaction(work)
        } finally {
          depth -= 1
        }
      }),
    close: () => undefined,
  }
}

function firstWords(sql: string): string {
  return sql.trim().split(/\s+/, 3).join(' ')
}

export type ServiceRecords = ReturnType<typeof newServiceRecords>

/** What a node's service manager remembers. */
export function newServiceRecords() {
  return {
    ...memoryInstanceRecords(),
    ...memoryImageRecords(),
    ...memoryJournalRecords(),
    ...memoryRunningTimeRecords(),
  }
}

/** The same records as one process has them. */
export function gatedServiceRecords(records: ServiceRecords, host: ProcessHost, life: Life): ServiceRecords {
  const write = writes(host, life)
  return {
    ...records,
    saveInstances: (infos) => write('instances', () => records.saveInstances(infos)),
    saveOfflineSince: (at) => write('offline', () => records.saveOfflineSince(at)),
    saveImages: (images) => write('images', () => records.saveImages(images)),
    saveRunningMs: (ms) => write('running time', () => records.saveRunningMs(ms)),
    saveJournalCursor: (cursor) => write('journal', () => records.saveJournalCursor(cursor)),
  }
}
