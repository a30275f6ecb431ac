import type { BlobPlace } from '@windlass/images'
import type { Files } from '@windlass/platform'
import { BlobError } from '../blob-error.ts'
import { readFile } from '../read-file.ts'

/** A blob that lies in a file, or in a stretch of one. */
export function filePlace(
  files: Pick<Files, 'open' | 'facts'>,
  path: string,
  stretch?: { at: number; size: number },
): BlobPlace {
  return {
    name: `file://${path}`,
    async open(at, stop) {
      const facts = await files.facts(path)
      if (facts?.kind !== 'file')
        throw new BlobError('transport', `${path}: expected a file, got ${facts?.kind ?? 'nothing'}`)
      const { at: first, size } = stretch ?? { at: 0, size: facts.size }
      const from = Math.min(at, size)
      const bytes = readFile(files, path, { at: first + from, end: first + size }, stop)
      return { from, total: size, bytes, discard: () => undefined }
    },
  }
}
