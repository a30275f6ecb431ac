import type { BlobOrigin } from '@windlass/images'
import type { Files } from '@windlass/platform'
import { fileSource, tarEntries } from '@windlass/trust/tar'
import { decodeIndex, type Index, mostDocumentBytes } from '@windlass/wire/oci'
import { UnitError } from '../../unit-error.ts'
import { filePlace } from './file-place.ts'

/** More entries than that are no image. */
const mostEntries = 10_000

/** An OCI layout in a tar that is not compressed, as `skopeo copy … oci-archive:` and `docker save` write it. */
export interface Archive {
  index: Index
  origin: BlobOrigin
}

/** Notes where the blobs stand; they are read in place. @throws UnitError `item_unknown`, TrustError, WireError */
export async function openOciArchive(files: Files, path: string): Promise<Archive> {
  const stretches = await stretchesOf(files, path)
  const blob = (digest: string) => {
    const stretch = stretches.get(`blobs/${digest.replace(':', '/')}`)
    return stretch ? [{ digest, size: stretch.size, places: [filePlace(files, path, stretch)] }] : []
  }
  return {
    index: decodeIndex(await readStretch(files, path, stretches.get('index.json'))),
    origin: { sources: async (digests) => digests.flatMap(blob) },
  }
}

interface Stretch {
  at: number
  size: number
}

async function stretchesOf(files: Files, path: string): Promise<Map<string, Stretch>> {
  const file = await files.open(path, 'read')
  try {
    const source = fileSource(file, await file.size())
    const found = new Map<string, Stretch>()
    for await (const { name, size, type } of tarEntries(source)) {
      if (type === '0') found.set(name.replace(/^\.\//, ''), { at: source.position(), size })
      if (found.size > mostEntries)
        throw new UnitError('item_unknown', `${path}: expected at most ${mostEntries} files, got more`)
    }
    return found
  } finally {
    await file.close()
  }
}

async function readStretch(files: Files, path: string, stretch: Stretch | undefined): Promise<Uint8Array> {
  if (!stretch || stretch.size > mostDocumentBytes)
    throw new UnitError('item_unknown', `${path}: expected an index.json, got ${stretch ? 'too large a one' : 'none'}`)
  const file = await files.open(path, 'read')
  try {
    const bytes = new Uint8Array(stretch.size)
    for (let done = 0; done < bytes.length; ) {
      const came = await file.read(bytes.subarray(done), stretch.at + done)
      if (came === 0) break
      done += came
    }
    return bytes
  } finally {
    await file.close()
  }
}
