import { type JournalRecord, type RunnerPorts, readRecord } from '@windlass/machine'
import { type Files, fileJournal, type Log, twinJournal } from '@windlass/platform'
import { type UpdateManager, updateManager } from './diagram.ts'
import { noErrors, nothing } from './facts.ts'

/** What the machine stands on before anything was ever ordered. */
export const blank = { installed: nothing, refused: [], next: null, before: null, errors: noErrors }

/**
 * The update manager's memory: one file, replaced atomically at every move, and a copy of it. Without either the unit knows
 * neither what it is nor what is under way, and begins that again.
 */
export function updateJournal(files: Files, path: string, log: Log): RunnerPorts<UpdateManager>['journal'] {
  const read = (stored: unknown): JournalRecord<UpdateManager> => readRecord(updateManager, {}, stored)
  let isRotten = false
  const open = (at: string) =>
    fileJournal(files, at, read, (aside) => {
      isRotten = true
      log.error('journal set aside', { ...aside })
    })
  const journal = twinJournal(open(path), open(copyOf(path)))
  return {
    async load() {
      const record = await journal.load()
      if (!record && isRotten) log.error('journal lost: what is under way begins again', { path })
      return record ?? { version: updateManager.version, moves: 0, state: { at: 'none', ...blank } }
    },
    save: journal.save,
  }
}

/** `update.json` → `update.copy.json` */
function copyOf(path: string): string {
  return path.replace(/\.json$/, '.copy.json')
}
