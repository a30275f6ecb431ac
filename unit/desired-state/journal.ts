import { type JournalRecord, type RunnerPorts, readRecord } from '@windlass/machine'
import { type Files, fileJournal, type Log } from '@windlass/platform'
import { type UpdateManager, updateManager } from './diagram.ts'
import { noErrors, nothing } from './facts.ts'

/** What the machine stands on before anything was ever ordered. */
export const blank = { installed: nothing, refused: [], next: null, before: null, errors: noErrors }

/** The update manager's memory: one file, replaced atomically at every move. */
export function updateJournal(files: Files, path: string, log: Log): RunnerPorts<UpdateManager>['journal'] {
  const read = (stored: unknown): JournalRecord<UpdateManager> => readRecord(updateManager, {}, stored)
  const journal = fileJournal(files, path, read, (aside) => log.error('journal set aside', { ...aside }))
  return {
    load: async () =>
      (await journal.load()) ?? { version: updateManager.version, moves: 0, state: { at: 'none', ...blank } },
    save: journal.save,
  }
}
