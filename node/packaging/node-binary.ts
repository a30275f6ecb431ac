import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Arch } from './arch.ts'
import { PackagingError } from './packaging-error.ts'
import { run } from './run.ts'

type Lock = { packages: Record<string, { version: string; integrity: string } | undefined> }

/**
 * The folder of the pinned Node for this architecture, with `bin/node` and `LICENSE`. npm installs only the one of this
 * machine; another is fetched from the configured registry once and kept.
 * @throws PackagingError `integrity` when what came is not what the lock file names
 */
export async function nodeFolder(root: string, arch: Arch): Promise<string> {
  const name = `node-linux-${arch}`
  const installed = join(root, 'node_modules', name)
  if (existsSync(join(installed, 'bin/node'))) return installed
  const { packages } = JSON.parse(await readFile(join(root, 'package-lock.json'), 'utf8')) as Lock
  const locked = packages[`node_modules/${name}`]
  if (!locked) throw new PackagingError('integrity', `expected ${name} in package-lock.json, found none`)
  const cache = join(root, 'node_modules/.cache/windlass-packaging', `${name}-${locked.version}`)
  if (!existsSync(join(cache, 'package/LICENSE'))) await fetchInto(cache, name, locked)
  return join(cache, 'package')
}

async function fetchInto(cache: string, name: string, locked: { version: string; integrity: string }): Promise<void> {
  await mkdir(cache, { recursive: true })
  await run('npm', ['pack', '--silent', `${name}@${locked.version}`], cache)
  const archive = join(cache, `${name}-${locked.version}.tgz`)
  try {
    requireIntegrity(await readFile(archive), locked.integrity, name)
    // The licence comes last: a cut extraction is seen by its absence.
    await run('tar', ['-xzf', archive, '-C', cache, 'package/bin/node'])
    await run('tar', ['-xzf', archive, '-C', cache, 'package/LICENSE'])
  } finally {
    await rm(archive, { force: true })
  }
}

/** `integrity` as in a lock file, `sha512-BASE64`. @throws PackagingError `integrity` */
export function requireIntegrity(bytes: Uint8Array, integrity: string, name: string): void {
  const came = `sha512-${createHash('sha512').update(bytes).digest('base64')}`
  if (came !== integrity) throw new PackagingError('integrity', `${name}: expected ${integrity}, got ${came}`)
}
