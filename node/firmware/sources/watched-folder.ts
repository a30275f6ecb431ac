import { join } from 'node:path/posix'
import type { Clock, Files, Log } from '@windlass/platform'

const lookEveryMs = 5_000

/** Asks for a package to be installed; false when the agent is busy. */
export type InstallFile = (path: string) => Promise<boolean>

/**
 * Installs packages that appear in a folder, such as the one a USB stick is mounted on: each once, when two looks in a row
 * found it with the same size, so that one still being copied is let be. Those there at the start count as new.
 */
export async function watchFolder(
  folder: string,
  install: InstallFile,
  { clock, files, log }: { clock: Clock; files: Files; log: Log },
  quit: AbortSignal,
): Promise<void> {
  let before = new Map<string, string>()
  const done = new Set<string>()
  while (!quit.aborted) {
    const now = await packages(folder, files)
    for (const [path, mark] of now) {
      const settled = before.get(path) === mark && !done.has(path + mark)
      if (!settled || !(await install(path))) continue
      log.info('package found', { path })
      done.add(path + mark)
    }
    // Taken away and brought back, it is meant again.
    for (const known of done) if (![...now].some(([path, mark]) => path + mark === known)) done.delete(known)
    before = now
    await clock.sleep(lookEveryMs, quit).catch(() => undefined)
  }
}

/** Packages in the folder by path, with what changes when the file does. A folder that is not there is empty. */
async function packages(folder: string, files: Files): Promise<Map<string, string>> {
  const found = new Map<string, string>()
  const names = await files.list(folder).catch(() => [])
  for (const name of names) {
    if (!name.endsWith('.uhupkg')) continue
    const facts = await files.facts(join(folder, name))
    if (facts?.kind === 'file') found.set(join(folder, name), ` ${facts.size} ${facts.changed}`)
  }
  return found
}
