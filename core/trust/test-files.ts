import { spawnSync } from 'node:child_process'
import { mkdtemp, open, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { it, onTestFinished } from 'vitest'
import { type ArchiveFiles, type ArchiveLimits, openArchive, type PackageArchive } from './archive.ts'

/** The real disk: trust needs no platform, its tests neither. */
const disk: ArchiveFiles = {
  async facts(path) {
    const facts = await stat(path).catch(() => undefined)
    return facts && { kind: facts.isFile() ? 'file' : 'other' }
  },
  async open(path) {
    const handle = await open(path, 'r')
    return {
      read: async (into, at) => (await handle.read(into, 0, into.length, at)).bytesRead,
      size: async () => (await handle.stat()).size,
      close: () => handle.close(),
    }
  },
}

/** The archive that lies there. */
export function opened(path: string, limits?: ArchiveLimits): Promise<PackageArchive> {
  return openArchive(path, disk, limits)
}

/** A folder that goes when the test ends. */
export async function testFolder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'windlass-trust-'))
  onTestFinished(async () => await rm(path, { recursive: true, force: true }))
  return path
}

/** The path of a new file with these bytes. */
export async function testFile(bytes: string | Uint8Array, name = 'file'): Promise<string> {
  const path = join(await testFolder(), name)
  await writeFile(path, bytes)
  return path
}

/** One of the files that `fixtures/README.md` describes. */
export async function golden(name: string): Promise<Buffer> {
  return await readFile(new URL(`fixtures/${name}`, import.meta.url))
}

/** A test that needs a program of the machine's: left out, with the reason in its name, where there is none. */
export function itWith(program: string, name: string, test: () => Promise<void>): void {
  const here = spawnSync(program, ['--version'], { stdio: 'ignore' }).error === undefined
  if (here) it(name, test)
  else it.skip(`${name} (skipped: ${program} is not installed)`, test)
}
