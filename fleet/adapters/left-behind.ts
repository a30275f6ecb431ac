import { readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'

const hourMs = 3_600_000

/**
 * Removes what a kill left in a folder. Where others write there too, only what nobody has written to for an hour.
 * `wanted`: names that stay.
 */
export async function sweepFolder(
  folder: string,
  { alone, nowMs }: { alone: boolean; nowMs: number },
  wanted: ReadonlySet<string> = new Set(),
): Promise<void> {
  for (const name of await readdir(folder)) {
    const path = join(folder, name)
    if (wanted.has(name)) continue
    if (alone || nowMs - (await lastWrite(path)) > hourMs) await rm(path, { recursive: true, force: true })
  }
}

/** Of a file, or of the newest file of a folder. What is gone meanwhile was written to right now. */
async function lastWrite(path: string): Promise<number> {
  try {
    const facts = await stat(path)
    if (!facts.isDirectory()) return facts.mtimeMs
    const inside = await Promise.all((await readdir(path)).map((name) => stat(join(path, name))))
    return Math.max(facts.mtimeMs, ...inside.map((file) => file.mtimeMs))
  } catch {
    return Infinity
  }
}
