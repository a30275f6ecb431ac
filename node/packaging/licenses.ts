import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'

/** The licences of all that is inside an executable, one after the other: ours, Node's, those of the packages. */
export async function licenses(root: string, nodeFolder: string, packages: readonly string[]): Promise<string> {
  const folders = packages.map((name): [string, string] => [name, join(root, 'node_modules', name)])
  const parts = [['Windlass', root] as const, ['Node.js', nodeFolder] as const, ...folders].map(
    async ([name, folder]) => `${'='.repeat(80)}\n${name}\n${'='.repeat(80)}\n\n${await licenseIn(folder)}`,
  )
  return (await Promise.all(parts)).join('\n')
}

async function licenseIn(folder: string): Promise<string> {
  const file = (await readdir(folder)).find((name) => /^licen[cs]e/i.test(name))
  if (file === undefined) return await namedLicense(folder)
  return await readFile(join(folder, file), 'utf8')
}

/** Of a package that brings no text: what it says of itself. */
async function namedLicense(folder: string): Promise<string> {
  const text = await readFile(join(folder, 'package.json'), 'utf8').catch(() => '{}')
  const about = JSON.parse(text) as { license?: string; homepage?: string }
  if (!about.license) throw new Error(`${folder}: expected a licence, found none`)
  return `${about.license}${about.homepage ? `, see ${about.homepage}` : ''}\n`
}

/** The first lines of the bundled script. */
export function banner(version: string, packages: readonly string[]): string {
  return `/* Windlass ${version}, Apache-2.0. With ${packages.join(', ')}: their licences are in licenses.txt. */\n`
}
