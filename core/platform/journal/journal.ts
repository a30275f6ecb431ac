import type { Files } from '../files/files.ts'
import { FilesError } from '../files/files-error.ts'
import { checkedText, withChecksum } from './checksum.ts'

/** Keeps one value over restarts and power cuts. `load` gives the value last saved, or undefined. */
export interface Journal<T> {
  load(): Promise<T | undefined>
  /** Returns when the value would survive a power cut. */
  save(value: T): Promise<void>
}

/** Where an unreadable journal was put aside, and why. */
export type SetAside = (aside: { path: string; why: string }) => void

const readAttempts = 3

/**
 * One JSON file, replaced atomically; `parse` may read older forms too. What cannot be read, or is not what its checksum says,
 * is renamed to `<path>.old` and told to `setAside`; then it counts as absent, because a device that refuses to start cannot be updated any more. A disk that fails to read
 * is asked three times first: what a passing error hides is not lost.
 */
export function fileJournal<T>(
  files: Files,
  path: string,
  read: (value: unknown) => T,
  setAside: SetAside,
  parse: (text: string) => unknown = JSON.parse,
): Journal<T> {
  return {
    async load() {
      if (!(await files.facts(path))) return undefined
      try {
        return read(parse(checkedText(await readPatiently(files, path))))
      } catch (error) {
        await files.rename(path, `${path}.old`)
        setAside({ path: `${path}.old`, why: error instanceof Error ? error.message : String(error) })
        return undefined
      }
    },
    save: (value) => files.replace(path, withChecksum(JSON.stringify(value))),
  }
}

/**
 * Two journals that hold the same, in files of their own: what a disk forgets of the first is read from the second. Power that
 * goes between the two writes leaves the second one value behind; only a disk that then also forgets the first makes that count.
 */
export function twinJournal<T>(first: Journal<T>, second: Journal<T>): Journal<T> {
  return {
    load: async () => (await first.load()) ?? (await second.load()),
    async save(value) {
      await first.save(value)
      await second.save(value)
    },
  }
}

async function readPatiently(files: Files, path: string): Promise<Uint8Array> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await files.readFile(path, 16 * 1024 * 1024)
    } catch (error) {
      if (attempt === readAttempts || error instanceof FilesError) throw error
    }
  }
}
