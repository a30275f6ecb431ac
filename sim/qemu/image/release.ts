import { chmod, copyFile, mkdir, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Cache } from '../cache.ts'
import { runTool } from '../run-tool.ts'
import type { System } from './system.ts'

/**
 * What becomes of a release on the device. `good`: works. `panics`: has nothing to start, at which the kernel gives up.
 * `hangs`: its first process does nothing at all. `sick`: all starts, but its service does not do its work. `stalls`: the
 * agent stands still while it looks.
 */
export type Kind = 'good' | 'panics' | 'hangs' | 'sick' | 'stalls'

/** The image of one release, which fills a slot's partition up to where it ends. */
export function releaseImage(
  cache: Cache,
  { name }: System,
  base: string,
  version: string,
  kind: Kind,
): Promise<string> {
  return cache.keep(`release-${name}-${version}`, [base, version, kind, ...Object.values(programs)], async (path) => {
    const folder = `${path}.tree`
    const release = join(folder, 'release')
    await rm(folder, { recursive: true, force: true })
    await mkdir(release, { recursive: true })
    await writeFile(join(release, 'version'), `${version}\n`)
    await program(join(release, 'gateway-works'), kind === 'sick' || kind === 'stalls' ? programs[kind] : programs.well)
    if (kind === 'hangs') await program(join(release, 'init'), programs.hangs)
    else if (kind !== 'panics') await symlink('/lib/systemd/systemd', join(release, 'init'))
    await copyFile(base, path)
    await runTool('mksquashfs', [folder, path, '-quiet', '-no-progress', '-all-root', '-all-time', '0', '-no-xattrs'])
    await rm(folder, { recursive: true })
  })
}

const programs = {
  well: 'exit 0',
  sick: 'echo "the gateway does not answer" >&2\nexit 1',
  stalls: 'kill -STOP $PPID\nexec sleep 1000',
  hangs: 'echo "init hangs"\nwhile :; do sleep 1000; done',
}

async function program(path: string, script: string): Promise<void> {
  await writeFile(path, `#!/bin/sh\n${script}\n`)
  await chmod(path, 0o755)
}
