import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import { type DeviceLayout, slotFiles } from '../device/layout.ts'

/** SHA-256 of everything an update may change: both slots, and what the boot loader reads. By path. */
export async function digests(layout: DeviceLayout): Promise<Record<string, string>> {
  const paths = [...slotFiles(layout), layout.bootEnvironment]
  return Object.fromEntries(await Promise.all(paths.map(async (path) => [path, await digestOf(path)])))
}

export async function digestOf(path: string): Promise<string> {
  const hash = createHash('sha256')
  await pipeline(createReadStream(path, { highWaterMark: 1024 * 1024 }), hash)
  return hash.digest('hex')
}
