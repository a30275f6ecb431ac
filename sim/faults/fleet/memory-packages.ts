import { Readable } from 'node:stream'
import type { PackageFiles } from '@windlass/fleet/fakes'

/** The bytes of packages in memory, put there by the world: uploads are not played. */
export function memoryPackages(objects: ReadonlyMap<string, Uint8Array>): PackageFiles {
  return {
    draft: () => Promise.reject(new Error('expected no upload')),
    async read(_uid, { sha256sum }, start, length) {
      const bytes = objects.get(sha256sum) ?? new Uint8Array()
      return Readable.from([Buffer.from(bytes.subarray(start, start + length))], { objectMode: false })
    },
    archive: async () => Readable.from([]),
    remove: async () => undefined,
    sweep: async () => undefined,
  }
}
