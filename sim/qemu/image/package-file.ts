import { readFile, rm, writeFile } from 'node:fs/promises'
import { nodeProcesses } from '@windlass/platform'
import { runWindlass } from '../../children/front-door.ts'
import type { Cache } from '../cache.ts'
import type { Architecture } from './debian.ts'
import { hardware, product, slotDevices } from './device-facts.ts'

/** A release as an operator packs and signs it: one image, onto the partition of the set that does not run. */
export async function packageFile(
  cache: Cache,
  of: Architecture,
  version: string,
  image: string,
  privateKey: string,
): Promise<string> {
  const object = { mode: 'raw', file: image, target: slotDevices, compressed: 'false' }
  const text = JSON.stringify({ product, version, hardware: [hardware], objects: [object] })
  return cache.keep(`package-${of}-${version}`, [text, await readFile(privateKey, 'utf8')], async (path) => {
    const description = `${path}.json`
    await writeFile(description, text)
    const order = ['pack', description, '--key', privateKey, '--out', path]
    await runWindlass(nodeProcesses(), new AbortController().signal, ...order)
    await rm(description)
  })
}
