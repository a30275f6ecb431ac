import { type BlobOrigin, type BlobStream, OriginError } from '@windlass/images'
import { backoff, type Clock, HttpError, type Random } from '@windlass/platform'

export interface GoingOnPorts {
  clock: Clock
  random: Random
}

/** Between attempts. */
export const pauses = { firstDelayMs: 1000, factor: 2, maxDelayMs: 15_000, jitter: 0.3 }
/** Failures in a row that brought nothing. */
const mostFailures = 5
/** Less is no progress: a registry could feed one byte at a time for ever. */
const progressBytes = 64 * 1024

/**
 * A blob's bytes, over as many connections as it takes: each goes on where the one before broke off. Digest and size are for the
 * reader to check. @throws OriginError, HttpError after five failures in a row; the reason of `stop`
 */
export async function* goingOn(
  origin: BlobOrigin,
  digest: string,
  { clock, random }: GoingOnPorts,
  stop: AbortSignal,
): AsyncGenerator<Uint8Array> {
  let at = 0
  let mark = 0
  for (let failures = 0; ; ) {
    try {
      for await (const piece of rest(origin, digest, at, stop)) {
        at += piece.length
        yield piece
      }
      return
    } catch (error) {
      stop.throwIfAborted()
      if (!mayPass(error)) throw error
      failures = at - mark >= progressBytes ? 1 : failures + 1
      mark = at
      if (failures >= mostFailures) throw error
      await clock.sleep(backoff(pauses, failures, random), stop)
    }
  }
}

/** From `at` on, also from a server that only gives the whole. */
async function* rest(origin: BlobOrigin, digest: string, at: number, stop: AbortSignal): AsyncGenerator<Uint8Array> {
  const [offer] = await origin.sources([digest], stop)
  const place = offer?.places[0]
  if (!place) throw new OriginError('absent', `expected ${digest} at the registry, which has named it; it has none`)
  const stream = await place.open(at, stop)
  try {
    let came = stream.from
    for await (const piece of stream.bytes) {
      stop.throwIfAborted()
      const known = Math.min(piece.length, Math.max(0, at - came))
      came += piece.length
      if (known < piece.length) yield piece.subarray(known)
    }
    checkEnd(stream, came)
  } finally {
    stream.discard()
  }
}

function checkEnd({ total }: BlobStream, came: number): void {
  if (total !== undefined && came < total) throw new OriginError('transport', `expected ${total} bytes, got ${came}`)
}

/** Whether another attempt may help. */
export function mayPass(error: unknown): boolean {
  if (error instanceof HttpError) return error.code !== 'forbidden' && error.code !== 'too_many_redirects'
  return error instanceof OriginError && error.code === 'transport'
}
