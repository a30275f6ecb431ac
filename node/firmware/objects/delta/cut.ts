import { createHash } from 'node:crypto'
import type { Cutting } from './header.ts'

/** A stretch of bytes between two boundaries. */
export interface Cut {
  at: number
  size: number
  /** BLAKE2b-512, all 64 bytes. */
  hash: Uint8Array
}

/** Goes through bytes and finds where chunks end. */
interface Boundaries {
  /** The index after the end of the chunk in hand, or undefined when it goes on behind these bytes. */
  next(bytes: Uint8Array, from: number): number | undefined
}

/**
 * Cuts bytes as the maker of an archive cut its image, so that what both have in common yields the same chunks. Undefined for
 * a way of cutting that is not described well enough to be done again: nothing is found then, and nothing is wrong.
 */
export function cut(pieces: AsyncIterable<Uint8Array>, cutting: Cutting): AsyncGenerator<Cut> | undefined {
  if (cutting.by === 'buzhash') return undefined
  return cutAt(pieces, cutting.by === 'fixed' ? fixed(cutting.most) : rollsum(cutting))
}

async function* cutAt(pieces: AsyncIterable<Uint8Array>, boundaries: Boundaries): AsyncGenerator<Cut> {
  let [at, size] = [0, 0]
  let hash = createHash('blake2b512')
  for await (const piece of pieces) {
    for (let from = 0; from < piece.length; ) {
      const end = boundaries.next(piece, from)
      hash.update(piece.subarray(from, end))
      size += (end ?? piece.length) - from
      from = end ?? piece.length
      if (end === undefined) continue
      yield { at, size, hash: hash.digest() }
      at += size
      size = 0
      hash = createHash('blake2b512')
    }
  }
  if (size > 0) yield { at, size, hash: hash.digest() }
}

function fixed(size: number): Boundaries {
  let left = size
  return {
    next(bytes, from) {
      const end = from + left
      left = end > bytes.length ? end - bytes.length : size
      return end > bytes.length ? undefined : end
    },
  }
}

// rsync's and bup's rolling sum adds this to every byte.
const offset = 31

/**
 * A chunk ends where the rolling sum over its last `window` bytes has all bits of the mask, at the earliest after `least`
 * bytes, at the latest after `most`. What cannot be in the window at an end is not looked at. No end lies in the first
 * window of all.
 */
function rollsum({ mask, least, most, window }: Extract<Cutting, { by: 'rollsum' }>): Boundaries {
  const ring = new Uint8Array(window)
  const unseen = Math.max(0, least - window - 1)
  let slot = 0
  let low = window * offset
  let high = window * (window - 1) * offset
  let size = 0
  let earliest = Math.max(least, window + 1)
  return {
    next(bytes, from) {
      const skipped = Math.max(0, Math.min(unseen - size, bytes.length - from))
      size += skipped
      for (let at = from + skipped; at < bytes.length; at++) {
        const fresh = bytes[at] ?? 0
        const stale = ring[slot] ?? 0
        ring[slot] = fresh
        slot = slot + 1 === window ? 0 : slot + 1
        low = (low + fresh - stale) | 0
        high = (high + low - window * (stale + offset)) | 0
        size += 1
        if (size < earliest) continue
        if ((((low << 16) | (high & 0xffff)) & mask) !== (mask | 0) && size < most) continue
        size = 0
        earliest = least
        return at + 1
      }
      return undefined
    },
  }
}
