import { type BlobPlace, type BlobStream, OriginError } from '@windlass/images'
import { HttpError } from '@windlass/platform'
import { BlobError } from './blob-error.ts'
import type { PartFile } from './part-file.ts'

/** How many bytes there are in the end: exactly, or (nobody said) at most. */
export type Length = { exactly: number } | { atMost: number }

export function mostOf(length: Length): number {
  return 'exactly' in length ? length.exactly : length.atMost
}

/**
 * Goes on with a download from one place until it has all its bytes. What came stays when that fails, as another place has
 * the same bytes; what is too much does not. `told` hears of every piece.
 * @throws BlobError `transport`; the disk's errors; the reason of `stop`
 */
export async function pour(
  place: BlobPlace,
  part: PartFile,
  length: Length,
  told: (bytes: number) => void,
  stop: AbortSignal,
): Promise<void> {
  let stream: BlobStream | undefined
  try {
    stream = await place.open(part.length, stop)
    announced(place, stream, length)
    if (stream.from !== part.length) await part.empty()
    for await (const bytes of stream.bytes) {
      stop.throwIfAborted()
      if (part.length + bytes.length > mostOf(length)) {
        await part.empty()
        throw unlike(place, length, 'more')
      }
      await part.append(bytes)
      told(bytes.length)
    }
    const whole = 'exactly' in length ? length.exactly : (stream.total ?? 0)
    if (part.length < whole) throw unlike(place, { exactly: whole }, `${part.length}`)
  } catch (error) {
    stop.throwIfAborted()
    const away = error instanceof HttpError || error instanceof OriginError
    throw away ? new BlobError('transport', error.message, { cause: error }) : error
  } finally {
    stream?.discard()
  }
}

/** A wrong length is known before the first byte, mostly. */
function announced(place: BlobPlace, { total }: BlobStream, length: Length): void {
  if (total === undefined) return
  const fits = 'exactly' in length ? total === length.exactly : total <= length.atMost
  if (!fits) throw unlike(place, length, `${total}`)
}

function unlike({ name }: BlobPlace, length: Length, came: string): BlobError {
  const expected = 'exactly' in length ? `${length.exactly} bytes` : `at most ${length.atMost} bytes`
  return new BlobError('transport', `${name}: expected ${expected}, got ${came}`)
}
