import { readFile, rm, writeFile } from 'node:fs/promises'
import { nodeProcesses } from '@windlass/platform'
import { runWindlass } from '../../children/front-door.ts'
import type { Cache } from '../cache.ts'
import { hardware, product } from './device-facts.ts'
import type { System } from './system.ts'

/** An object as the description of a package has it. */
export type DescribedObject = Readonly<Record<string, string | Readonly<Record<'a' | 'b', string>>>>

/** A package as an operator packs and signs it. */
export async function packageFile(
  cache: Cache,
  { name }: System,
  version: string,
  objects: readonly DescribedObject[],
  privateKey: string,
): Promise<string> {
  const text = JSON.stringify({ product, version, hardware: [hardware], objects })
  return cache.keep(`package-${name}-${version}`, [text, await readFile(privateKey, 'utf8')], async (path) => {
    const description = `${path}.json`
    await writeFile(description, text)
    const order = ['pack', description, '--key', privateKey, '--out', path]
    await runWindlass(nodeProcesses(), new AbortController().signal, ...order)
    await rm(description)
  })
}
