import { join } from 'node:path/posix'
import type { Clock, Files, Journal, Log } from '@windlass/platform'
import * as v from 'valibot'

const lookEveryMs = 5_000
const mostRemembered = 64

/** Asks for a package to be installed; false when the agent is busy. */
export type InstallFile = (path: string) => Promise<boolean>

/** The packages that were asked for, each by its path with its size and time. */
export function readSeen(value: unknown): string[] {
  return v.parse(v.array(v.string()), value)
}

/**
 * Installs packages that appear in a folder, such as the one a USB stick is mounted on: each once, when two looks in a row
 * found it with the same size, so that one still being copied is let be. Those installed are remembered over restarts, or a
 * stick that was left in would be installed again after every one of them.
 */
export async function watchFolder(
  folder: string,
  install: InstallFile,
  { clock, files, log, seen }: { clock: Clock; files: Files; log: Log; seen: Journal<string[]> },
  quit: AbortSignal,
): Promise<void> {
  let before = new Set<string>()
  let done = (await seen.load()) ?? []
  while (!quit.aborted) {
    const now = await packages(folder, files)
    // Taken away while we looked on, it is meant again when it comes back.
    const kept = done.filter((mark) => !before.has(mark) || now.has(mark))
    const fresh: string[] = []
    for (const [mark, path] of now) {
      if (!before.has(mark) || kept.includes(mark) || !(await install(path))) continue
      log.info('package found', { path })
      fresh.push(mark)
    }
    if (fresh.length > 0 || kept.length < done.length) {
      done = [...kept, ...fresh].slice(-mostRemembered)
      await seen.save(done).catch((error: unknown) => log.error('cannot remember packages', { why: String(error) }))
    }
    before = new Set(now.keys())
    await clock.sleep(lookEveryMs, quit).catch(() => undefined)
  }
}

/** Packages in the folder: a mark that changes when the file does, and its path. What cannot be read is not there. */
async function packages(folder: string, files: Files): Promise<Map<string, string>> {
  const found = new Map<string, string>()
  const names = await files.list(folder).catch(() => [])
  for (const name of names) {
    if (!name.endsWith('.uhupkg')) continue
    const path = join(folder, name)
    const facts = await files.facts(path).catch(() => undefined)
    if (facts?.kind === 'file') found.set(`${path} ${facts.size} ${facts.changed}`, path)
  }
  return found
}
