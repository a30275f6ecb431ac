import { spawnSync } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { it, onTestFinished } from 'vitest'

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
