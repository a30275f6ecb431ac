import { execFileSync, type StdioOptions, spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'

/** The packages that a ring needs, from its list. */
export function neededPackages(ring: 'system' | 'qemu'): string[] {
  const lines = readFileSync(new URL(`${ring}-packages.txt`, import.meta.url), 'utf8').split('\n')
  return lines.map((line) => line.trim()).filter((line) => line !== '' && !line.startsWith('#'))
}

/** Installs what is missing where that is possible; returns why not where it is not. */
export function installPackages(rings: readonly ('system' | 'qemu')[]): string | undefined {
  if (!existsSync('/usr/bin/dpkg-query')) return 'this is not a Debian system'
  const missing = rings.flatMap(neededPackages).filter((name) => !isInstalled(name))
  if (missing.length === 0) return undefined
  if (process.getuid?.() !== 0) return `not root; missing: ${missing.join(' ')}`
  console.log(`installing ${missing.join(' ')}`)
  try {
    const stdio: StdioOptions = ['ignore', 'ignore', 'inherit']
    const quiet = { stdio, env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } }
    execFileSync('apt-get', ['update', '-qq'], quiet)
    execFileSync('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...missing], quiet)
    return undefined
  } catch (error) {
    return `apt-get failed: ${error instanceof Error ? error.message : String(error)}`
  }
}

function isInstalled(name: string): boolean {
  const { stdout } = spawnSync('dpkg-query', ['-W', '-f=${db:Status-Status}', name], { encoding: 'utf8' })
  return stdout === 'installed'
}
