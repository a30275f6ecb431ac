import { createReadStream } from 'node:fs'
import { rm } from 'node:fs/promises'
import { TrustError } from '@windlass/trust'
import { writeArchive } from '@windlass/trust/pack'
import { FleetError } from '../fleet-error.ts'
import type { PushedObject, PushNote } from '../packages/push-files.ts'

/** The bytes of a package that is made at `archive`, which is gone afterwards. @throws FleetError `object_mismatch` */
export async function* packed(
  archive: string,
  { metadata, signature }: PushNote,
  objects: readonly (PushedObject & { path: string })[],
): AsyncIterable<Uint8Array> {
  try {
    const files = objects.map(({ sha256sum, size, path }) => ({ sha256sum, size, path }))
    await writeArchive(archive, { metadata, signature, objects: files }).catch((cause: unknown) => {
      if (!(cause instanceof TrustError) || cause.code === 'file_unreadable') throw cause
      throw new FleetError('object_mismatch', cause.message, { cause })
    })
    yield* createReadStream(archive)
  } finally {
    await rm(archive, { force: true })
  }
}
