import { mkdir, rm, writeFile } from 'node:fs/promises'
import type { Cache } from '../cache.ts'
import { runTool } from '../run-tool.ts'

export type Architecture = 'amd64' | 'arm64'

/**
 * The files of these Debian packages and of what they depend on, unpacked but not configured: nothing of them runs, so
 * that any architecture will do. From the package sources that this machine uses.
 */
export function debianTree(cache: Cache, name: string, of: Architecture, packages: readonly string[]): Promise<string> {
  return cache.keep(`debian-${name}`, [of, ...packages], async (path) => {
    const [list, tar] = [`${path}.list`, `${path}.tar`]
    await writeFile(list, (await debianSources()).join('\n'))
    const options = ['--variant=extract', '--format=tar', `--architectures=${of}`, `--include=${packages.join(',')}`]
    await runTool('mmdebstrap', [...options, '', tar, list])
    await mkdir(path)
    await runTool('tar', ['-xf', tar, '-C', path, '--no-same-owner', '--exclude=./dev/*'])
    await rm(tar)
    await rm(list)
  })
}

/** As lines of a sources.list. Others' packages, which apt may know too, have no place on the device. */
async function debianSources(): Promise<string[]> {
  const format = '$(ORIGIN) $(REPO_URI) $(CODENAME) $(SUITE) $(COMPONENT)'
  const said = await runTool('apt-get', ['indextargets', '--format', format, 'Created-By: Packages'])
  const lines = said.split('\n').flatMap((line) => {
    const [origin, uri, codename, , component] = line.split(' ')
    return origin === 'Debian' ? [`deb ${uri} ${codename} ${component}`] : []
  })
  if (lines.length === 0)
    throw new Error("expected Debian's package sources on this machine, got none (apt-get update?)")
  return [...new Set(lines)]
}
