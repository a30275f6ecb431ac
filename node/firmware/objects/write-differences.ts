import type { OpenFile } from '@windlass/platform'
import { filled } from './pieces.ts'

const pieceBytes = 1024 * 1024
const blockBytes = 64 * 1024
// Dirty pages stay under twice this, so that the last sync is short and the rest of the system keeps its memory. Much
// smaller steps wait for the journal below too often (docs/performance.md).
const syncEveryBytes = 96 * 1024 * 1024

export interface Written {
  /** The offset after the last byte. */
  end: number
  /** How many bytes had to be written; the others were there already. */
  changedBytes: number
}

/**
 * Makes the target hold these bytes from `at` on. Blocks of 64 KiB that are so already are not written: a flash
 * wears by writing, and two versions of an image are mostly equal. Synced when it returns.
 */
export async function writeDifferences(
  target: OpenFile,
  pieces: AsyncIterable<Uint8Array>,
  at: number,
): Promise<Written> {
  const old = await oldBytes(target, at)
  const writer = writingBehind(target)
  let end = at
  let changedBytes = 0
  try {
    for await (const piece of filled(pieces, pieceBytes)) {
      const present = (await old.next()).subarray(0, piece.length)
      const changed = [...differences(piece, present)]
      if (changed.length > 0) await writer.write(piece, changed, end)
      for (const [from, to] of changed) changedBytes += to - from
      end += piece.length
    }
    await writer.settled()
  } finally {
    await old.settled()
    await writer.settled().catch(() => undefined)
  }
  await target.sync()
  return { end, changedBytes }
}

/** Writes a copy of a piece while the next one is read, digested and unpacked; one piece at a time, in order. */
function writingBehind(target: OpenFile) {
  const sync = steadySync(target)
  let copy: Buffer | undefined
  let running: Promise<void> = Promise.resolve()
  const writeRanges = async (bytes: Buffer, ranges: readonly Range[], at: number) => {
    for (const [from, to] of ranges) {
      await target.write(bytes.subarray(from, to), at + from)
      await sync.wrote(to - from)
    }
  }
  return {
    async write(piece: Uint8Array, ranges: readonly Range[], at: number): Promise<void> {
      await running
      // All are of one length but the last.
      copy ??= Buffer.allocUnsafeSlow(piece.length)
      copy.set(piece)
      running = writeRanges(copy, ranges, at)
      running.catch(() => undefined)
    },
    async settled(): Promise<void> {
      try {
        await running
      } finally {
        await sync.settled()
      }
    },
  }
}

/**
 * What the target held before, piece by piece from `at` on; past its end, nothing. While one piece is compared and
 * written, the next, which lies behind it, is being read: disk and processor do not wait for each other.
 */
async function oldBytes(target: OpenFile, at: number) {
  const size = await target.size()
  const longest = Math.max(0, Math.min(pieceBytes, size - at))
  const buffers = [0, 1].map(() => Buffer.allocUnsafeSlow(longest))
  let turn = 0
  const ask = async (): Promise<Uint8Array> => {
    const from = at + turn * pieceBytes
    const into = buffers[turn % 2] ?? new Uint8Array()
    turn += 1
    return readAt(target, into.subarray(0, Math.max(0, size - from)), from)
  }
  let ahead = ask()
  ahead.catch(() => undefined)
  return {
    /** Valid until the next is asked for. */
    async next(): Promise<Uint8Array> {
      const present = await ahead
      ahead = ask()
      ahead.catch(() => undefined)
      return present
    },
    settled: () => ahead.catch(() => undefined),
  }
}

/** As much as there is of `into.length` bytes. */
export async function readAt(target: OpenFile, into: Uint8Array, at: number): Promise<Uint8Array> {
  let have = 0
  while (have < into.length) {
    const came = await target.read(into.subarray(have), at + have)
    if (came === 0) break
    have += came
  }
  return into.subarray(0, have)
}

type Range = readonly [from: number, to: number]

/** The ranges of `fresh` that `present` does not hold, in whole blocks, neighbours joined. */
export function* differences(fresh: Uint8Array, present: Uint8Array): Generator<Range> {
  if (fresh.length === present.length && Buffer.compare(fresh, present) === 0) return
  let from: number | undefined
  for (let at = 0; at < fresh.length; at += blockBytes) {
    const equal = Buffer.compare(fresh.subarray(at, at + blockBytes), present.subarray(at, at + blockBytes)) === 0
    if (!equal) from ??= at
    if (!equal || from === undefined) continue
    yield [from, at]
    from = undefined
  }
  if (from !== undefined) yield [from, fresh.length]
}

/** Syncs in the background every so many bytes, one sync at a time. */
export function steadySync(target: OpenFile) {
  let unsynced = 0
  let running: Promise<void> = Promise.resolve()
  return {
    async wrote(bytes: number): Promise<void> {
      unsynced += bytes
      if (unsynced < syncEveryBytes) return
      unsynced = 0
      await running
      running = target.sync()
      running.catch(() => undefined)
    },
    settled: () => running,
  }
}
