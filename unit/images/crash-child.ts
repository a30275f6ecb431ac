import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { BlobOrigin } from '@windlass/images'
import type { DesiredItem } from '@windlass/model/unit'
import { createLog, type Files, nodeFiles, systemClock, systemRandom } from '@windlass/platform'
import { openDatabase } from '@windlass/platform/database'
import { cutAtChange } from '@windlass/platform/fakes'
import { UnitImages } from './images.ts'
import { filePlace } from './origins/file-place.ts'

/** What the crash test's processes work on: a store with its records, and files as they travel, by digest. */
export interface World {
  at: string
  decryption: Record<string, { algorithm: string; key: string; iv: string }>
}

const bytesOf = (hex: string) => new Uint8Array(Buffer.from(hex, 'hex'))

/** Brings the items and installs them, as a unit does. */
export async function bring(
  { at, decryption }: World,
  items: readonly DesiredItem[],
  files: Files,
): Promise<UnitImages> {
  const origin: BlobOrigin = {
    sources: async (digests) =>
      digests.map((digest) => {
        const path = join(at, 'travelling', digest)
        const sha3 = createHash('sha3-256').update(readFileSync(path)).digest()
        const how = decryption[digest]
        const secret = how && { algorithm: how.algorithm, key: bytesOf(how.key), iv: bytesOf(how.iv) }
        return { digest, sha3, places: [filePlace(nodeFiles, path)], ...(secret && { decryption: secret }) }
      }),
  }
  const db = openDatabase(join(at, 'unit.db'))
  const images = await UnitImages.open(
    {
      files,
      db,
      time: { ms: () => systemClock.uptime() },
      clock: systemClock,
      random: systemRandom,
      log: createLog([], Date.now),
      alert: () => undefined,
      origin: () => origin,
      roots: async () => [],
      fits: () => true,
    },
    { folder: join(at, 'images'), blobServer: 'http://main:8094' },
  )
  await images.download(items, { certificates: [], chains: [] }, new AbortController().signal)
  await images.install(items)
  return images
}

/** `crash-child.ts WORLD ITEMS STEP`: dies at once, unprepared, after the n-th change that it makes on the disk. */
if (import.meta.main) {
  const [world = '', items = '', step = ''] = process.argv.slice(2)
  const { files } = cutAtChange(nodeFiles, Number(step), () => process.kill(process.pid, 'SIGKILL'))
  await bring(JSON.parse(world), JSON.parse(items), files)
}
