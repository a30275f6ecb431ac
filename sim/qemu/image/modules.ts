import { readFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { words } from '../words.ts'
import type { CpioEntry } from './cpio.ts'

/** A module of the kernel, as a path below its folder of modules. */
interface Insertion {
  path: string
  options: string
}

/**
 * Modules with what they depend on, the deepest first; those that are built in, or not made for the architecture, are left out.
 * @param modules a folder of modules with its `modules.dep`
 * @param wanted lines of `name option option`
 */
export async function insertions(modules: string, wanted: readonly string[]): Promise<Insertion[]> {
  const needs = await dependencies(modules)
  const byName = new Map([...needs.keys()].map((path) => [basename(path, '.ko').replaceAll('-', '_'), path]))
  const options = new Map<string, string>()
  for (const line of wanted) {
    const [name = '', ...given] = words(line)
    const path = byName.get(name)
    if (path === undefined) continue
    for (const needed of needs.get(path) ?? []) options.set(needed, options.get(needed) ?? '')
    options.set(path, given.join(' '))
  }
  return [...options].map(([path, given]) => ({ path, options: given }))
}

/** As an initial file system has them: `modules/<name>.ko` for each, and in `modules/<list>` how to insert them. */
export async function moduleFiles(modules: string, lists: Readonly<Record<string, readonly Insertion[]>>) {
  const paths = new Set(Object.values(lists).flatMap((list) => list.map(({ path }) => path)))
  const files = await Promise.all(
    [...paths].map(async (path) => file(basename(path), await readFile(join(modules, path)))),
  )
  const orders = Object.entries(lists).map(([name, list]) => file(name, textOf(list)))
  return [{ path: 'modules', mode: 0o040755 }, ...orders, ...files]
}

function file(name: string, content: Uint8Array): CpioEntry {
  return { path: `modules/${name}`, content, mode: 0o100644 }
}

/** By path, from `modules.dep`: `kernel/a.ko: kernel/b.ko kernel/c.ko`, the deepest last. */
async function dependencies(modules: string): Promise<ReadonlyMap<string, readonly string[]>> {
  const lines = (await readFile(join(modules, 'modules.dep'), 'utf8')).split('\n').filter(Boolean)
  return new Map(
    lines.map((line) => {
      const [path = '', needs = ''] = line.split(':')
      return [path, words(needs).filter(Boolean).reverse()]
    }),
  )
}

function textOf(order: readonly Insertion[]): Buffer {
  return Buffer.from(order.map(({ path, options }) => `${basename(path)} ${options}\n`).join(''))
}
