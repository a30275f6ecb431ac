import type { Files } from '@windlass/platform'

/** The longest state that a link carries (aoscore.md 0.4). */
export const mostStateBytes = 64 * 1024

/** Overwrites what is there: a container has this very file, a new one under its name would never be seen in it. */
export async function overwrite(files: Files, path: string, content: Uint8Array): Promise<void> {
  const file = await files.open(path, 'create')
  try {
    await file.write(content, 0)
    await file.sync()
  } finally {
    await file.close()
  }
}

/** Tells whether a file may have changed, without reading it. */
export async function stampOf(files: Files, path: string): Promise<string | undefined> {
  const facts = await files.facts(path)
  return facts && `${facts.changed} ${facts.size}`
}

export function read(files: Files, path: string): Promise<Uint8Array> {
  return files.readFile(path, mostStateBytes)
}
