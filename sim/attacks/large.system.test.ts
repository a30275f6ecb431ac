import { createDigest, type Expected } from '@windlass/trust'
import { type ArchiveFiles, openArchive } from '@windlass/trust/archive'
import { largeZip } from '@windlass/trust/fakes'
import { expect, it } from 'vitest'

const gib = 1024 ** 3
const size = 2 * gib + 100_000
const piece = new Uint8Array(1024 * 1024)

/** A file that is zeros but for these pieces; nothing of it is on a disk. */
function holes(pieces: readonly { at: number; bytes: Uint8Array }[]): ArchiveFiles {
  const end = Math.max(...pieces.map(({ at, bytes }) => at + bytes.length))
  const read = async (into: Uint8Array, from: number) => {
    const count = Math.max(0, Math.min(into.length, end - from))
    into.fill(0, 0, count)
    for (const { at, bytes } of pieces) {
      const [first, last] = [Math.max(at, from), Math.min(at + bytes.length, from + count)]
      if (first < last) into.set(bytes.subarray(first - at, last - at), first - from)
    }
    return count
  }
  return {
    facts: async () => ({ kind: 'file' }),
    open: async () => ({ read, size: async () => end, close: async () => undefined }),
  }
}

function zeros(): Expected {
  const digest = createDigest()
  for (let left = size; left > 0; left -= piece.length) digest.update(piece.subarray(0, Math.min(left, piece.length)))
  return { sha256sum: digest.digest(), size }
}

it('signature coverage beyond 2 GiB', async () => {
  const object = zeros()
  const pieces: { at: number; bytes: Uint8Array }[] = []
  const write = async (bytes: Buffer, _from: number, _length: null, at: number) => pieces.push({ at, bytes })
  const front = [
    { name: 'signature', data: 'x' },
    { name: 'metadata', data: '{}' },
  ]
  await largeZip({ write }, { name: object.sha256sum, size }, front)
  const changed = { at: 2 * gib + 50_000, bytes: Buffer.from([1]) }
  const archive = await openArchive('large', holes([...pieces, changed]))
  const reading = archive.extract([object], async (_name, chunks) => {
    for await (const _ of chunks);
  })
  await expect(reading).rejects.toMatchObject({ code: 'object_mismatch', message: /bytes of this digest/ })
}, 600_000)
