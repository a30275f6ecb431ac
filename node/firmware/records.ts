import { dirname, join } from 'node:path/posix'
import { type JournalRecord, readRecord } from '@windlass/machine'
import { type Files, fileJournal, type Journal, type Log } from '@windlass/platform'
import { decodeRuntimeSettings, type RuntimeSettingsDocument } from '@windlass/wire/updatehub'
import { type Order, readOrder } from './commander/order.ts'
import { runtimeSettingsOfIni } from './legacy-runtime-settings.ts'
import { type Held, readHeld } from './policy/hold.ts'
import { readLeave } from './policy/link.ts'
import type { Settings } from './settings.ts'
import { readSeen } from './sources/watched-folder.ts'
import { readUntold, type Untold } from './telemetry/untold.ts'
import { type Agent, agent } from './update/diagram.ts'
import { type Refused, readRefused } from './update/refused.ts'
import { readTrial, type Trial } from './update/trial.ts'

/** Everything an agent remembers, all of it beside the runtime settings: on storage that both sets share. */
export interface Records {
  runtime: Journal<RuntimeSettingsDocument>
  machine: Journal<JournalRecord<Agent>>
  trial: Journal<Trial>
  refused: Journal<Refused[]>
  untold: Journal<Untold[]>
  /** Packages of the watched folder that were asked for. */
  seen: Journal<string[]>
  hold: Journal<Held | null>
  /** The package that may be fetched over a metered link. */
  leave: Journal<string>
  /** What a unit ordered. */
  order: Journal<Order>
}

export function fileRecords(
  { runtimeSettingsPath, readOnly }: Pick<Settings, 'runtimeSettingsPath' | 'readOnly'>,
  files: Files,
  log: Log,
): Records {
  const folder = join(dirname(runtimeSettingsPath), 'windlass')
  const record = <T>(path: string, read: (value: unknown) => T, parse?: (text: string) => unknown): Journal<T> => {
    const journal = fileJournal(files, path, read, (aside) => log.error('record set aside', { ...aside }), parse)
    return readOnly ? inMemory(journal) : journal
  }
  return {
    runtime: record(
      runtimeSettingsPath,
      (value) => decodeRuntimeSettings(JSON.stringify(value)),
      (text) => runtimeSettingsOfIni(text) ?? JSON.parse(text),
    ),
    machine: sameForAll(record(join(folder, 'journal.json'), (value) => readRecord(agent, {}, value))),
    trial: record(join(folder, 'trial.json'), readTrial),
    refused: record(join(folder, 'refused.json'), readRefused),
    untold: record(join(folder, 'untold.json'), readUntold),
    seen: record(join(folder, 'seen.json'), readSeen),
    hold: record(join(folder, 'hold.json'), readHeld),
    leave: record(join(folder, 'metered.json'), readLeave),
    order: record(join(folder, 'order.json'), readOrder),
  }
}

/** On read-only storage what was found is read, and what is saved lasts as long as the process. */
function inMemory<T>(found: Journal<T>): Journal<T> {
  let kept: T | undefined
  return {
    load: async () => kept ?? (await found.load()),
    save: async (value) => {
      kept = value
    },
  }
}

/**
 * Read once: the machine, and who commands it in a unit, go on from the same. A disk that forgets between two reads would let
 * the one wait for ever for what the other never does.
 */
function sameForAll<T>(journal: Journal<T>): Journal<T> {
  let found: Promise<T | undefined> | undefined
  return {
    load() {
      found ??= journal.load()
      return found
    },
    async save(value) {
      await journal.save(value)
      found = Promise.resolve(value)
    },
  }
}
