import { join } from 'node:path/posix'
import type { BlobOffer, BlobOrigin } from '@windlass/images'
import type { Files } from '@windlass/platform'
import { decodeIndex, type Index, mostDocumentBytes } from '@windlass/wire/oci'
import { hexOf } from '../blob-store.ts'
import { filePlace } from './file-place.ts'

/** The blobs of an OCI layout folder (OCI image layout 1.0), as on a USB stick. */
export function layoutOrigin(files: Pick<Files, 'open' | 'facts'>, folder: string): BlobOrigin {
  return {
    async sources(digests) {
      const found: BlobOffer[] = []
      for (const digest of digests) {
        const path = join(folder, 'blobs/sha256', hexOf(digest))
        const facts = await files.facts(path)
        if (facts?.kind === 'file') found.push({ digest, size: facts.size, places: [filePlace(files, path)] })
      }
      return found
    },
  }
}

/** What the layout's own `index.json` lists; see `namedImage`. @throws WireError, or the disk's errors */
export async function layoutIndex(files: Pick<Files, 'readFile'>, folder: string): Promise<Index> {
  return decodeIndex(await files.readFile(join(folder, 'index.json'), mostDocumentBytes))
}
