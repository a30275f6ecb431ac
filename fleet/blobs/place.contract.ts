import { createHash } from 'node:crypto'
import type { Readable } from 'node:stream'
import type { Sha256 } from '@windlass/model'
import { beforeAll, describe, expect, it } from 'vitest'
import { memoryShared } from '../processes/shared.ts'
import { type BlobPlace, matchPlace } from './place.ts'

const digestOf = (bytes: Uint8Array): string => `sha256:${createHash('sha256').update(bytes).digest('hex')}`

async function* pieces(bytes: Uint8Array, size = 100_000): AsyncIterable<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

async function* cut(bytes: Uint8Array): AsyncIterable<Uint8Array> {
  yield* pieces(bytes)
  throw new Error('the caller hung up')
}

const whole = async (stream: Readable) => Buffer.concat(await stream.toArray())

/** What every place for the bytes of a fleet does. `names`: all that can be seen in it, its own notes apart. */
export function placeContract(
  name: string,
  make: () => Promise<{ place: BlobPlace; names(): Promise<string[]> }>,
): void {
  describe(`${name} as a place for packages and blobs`, () => {
    let place: BlobPlace
    let names: () => Promise<string[]>
    beforeAll(async () => {
      ;({ place, names } = await make())
    })
    const limit = 64 * 1024 * 1024

    it('takes a blob in and gives any range of it', async () => {
      const bytes = Buffer.from(Array.from({ length: 300_000 }, (_, n) => n % 251))
      const digest = digestOf(bytes)
      const sha3 = createHash('sha3-256').update(bytes).digest('hex')
      expect(await place.blobs.put(digest, pieces(bytes), limit)).toEqual({ digest, size: bytes.length, sha3 })
      expect(await whole(await place.blobs.read(digest, 0, bytes.length))).toEqual(bytes)
      expect(await whole(await place.blobs.read(digest, 299_990, 10))).toEqual(bytes.subarray(299_990))
      expect(await whole(await place.blobs.read(digest, 1_000, 1))).toEqual(bytes.subarray(1_000, 1_001))
      expect(await whole(await place.blobs.read(digest, 5, 0))).toEqual(Buffer.alloc(0))
      expect(Buffer.from(await place.blobs.readWhole(digest, bytes.length))).toEqual(bytes)
      await expect(place.blobs.readWhole(digest, bytes.length - 1)).rejects.toMatchObject({ code: 'item_invalid' })
      await place.blobs.put(digest, pieces(bytes), limit)
    })

    it('takes an empty blob, and one of many megabytes', async () => {
      const none = Buffer.alloc(0)
      expect((await place.blobs.put(digestOf(none), pieces(none), limit)).size).toBe(0)
      const large = Buffer.alloc(17 * 1024 * 1024, 'abcdefg')
      expect((await place.blobs.put(digestOf(large), pieces(large, 1024 * 1024), limit)).size).toBe(large.length)
      const end = await whole(await place.blobs.read(digestOf(large), large.length - 9, 9))
      expect(end).toEqual(large.subarray(-9))
    })

    it.each([20_000, 12 * 1024 * 1024])('shows nothing of %i bytes that are not what they should be', async (size) => {
      const before = await names()
      const bytes = Buffer.alloc(size, `wrong ${size}`)
      const [right, other] = [digestOf(bytes), digestOf(Buffer.from(`other ${size}`))]
      await expect(place.blobs.put(other, pieces(bytes), limit)).rejects.toMatchObject({ code: 'blob_mismatch' })
      await expect(place.blobs.put(right, pieces(bytes), size - 1)).rejects.toMatchObject({ code: 'upload_too_large' })
      await expect(place.blobs.put(right, cut(bytes), limit)).rejects.toMatchObject({ code: 'upload_cut' })
      await expect(place.blobs.put('md5:1', pieces(bytes), limit)).rejects.toMatchObject({ code: 'request_invalid' })
      await expect(place.blobs.read(right, 0, 1).then(whole)).rejects.toThrow()
      expect(await names()).toEqual(before)
    })

    it('keeps a package, gives its objects, and lets go of it', async () => {
      const [uid, other] = ['a'.repeat(64) as Sha256, 'b'.repeat(64)]
      const named = 'c'.repeat(64) as Sha256
      const object = { filename: 'f', mode: 'copy', size: 10, sha256sum: named }
      const draft = await place.packages.draft()
      expect(await draft.fill(pieces(Buffer.from('in front 0123456789')), limit)).toBe(19)
      await draft.putObject(named, pieces(Buffer.from('abcdefghij')))
      const before = await names()
      await draft.keep(uid)
      await draft.discard()
      expect((await names()).length).toBe(before.length + 2)
      expect(String(await whole(await place.packages.read(uid, { ...object, at: 9 }, 2, 3)))).toBe('234')
      expect(String(await whole(await place.packages.read(uid, { ...object, at: null }, 8, 2)))).toBe('ij')
      const dropped = await place.packages.draft()
      await dropped.fill(pieces(Buffer.from('x')), limit)
      await dropped.discard()
      await place.packages.sweep(new Set([uid]))
      expect(String(await whole(await place.packages.read(uid, { ...object, at: 9 }, 0, 1)))).toBe('0')
      await place.packages.remove(uid)
      await place.packages.remove(other)
      expect(await names()).toEqual(before)
    })

    it('keeps what comes of a package piece by piece, until it is whole', async () => {
      const [uid, content] = ['d'.repeat(64) as Sha256, Buffer.from('0123456789')]
      const object = createHash('sha256').update(content).digest('hex') as Sha256
      const note = { metadata: Buffer.from('{"a":1}'), signature: 'signed' }
      const { pushes } = place
      const before = await names()
      expect([await pushes.note(uid), await pushes.begun()]).toEqual([undefined, []])
      await pushes.begin(uid, note)
      expect([await pushes.has(uid, object), (await pushes.begun()).map((one) => one.uid)]).toEqual([false, [uid]])
      await expect(pushes.put(uid, object, cut(content), 10)).rejects.toMatchObject({ code: 'upload_cut' })
      await expect(pushes.put(uid, object, pieces(content), 9)).rejects.toMatchObject({ code: 'upload_too_large' })
      expect(await pushes.has(uid, object)).toBe(false)
      await pushes.put(uid, object, pieces(content), 10)
      const found = await pushes.note(uid)
      expect([Buffer.from(found?.metadata ?? []).toString(), found?.signature]).toEqual(['{"a":1}', 'signed'])
      const described = { size: 10, sha256sum: object }
      const archive = Buffer.concat(await Array.fromAsync(pushes.pack(uid, note, [described])))
      expect(archive.includes(content)).toBe(true)
      const wrong = Array.fromAsync(pushes.pack(uid, note, [{ ...described, size: 9 }]))
      await expect(wrong).rejects.toMatchObject({ code: 'object_mismatch' })
      await pushes.discard(uid)
      await pushes.discard(uid)
      expect([await pushes.has(uid, object), await names()]).toEqual([false, before])
    })

    it('belongs to one fleet', async () => {
      const [ours, theirs] = [memoryShared(), memoryShared()]
      await matchPlace(place, ours, 'ours')
      await matchPlace(place, ours, 'ours')
      await expect(matchPlace(place, theirs, 'theirs')).rejects.toMatchObject({ code: 'blobs_unusable' })
      const empty = { ...place, owner: async () => undefined }
      await expect(matchPlace(empty, ours, 'ours')).rejects.toThrow('got an empty one')
    })

    // The last: it leaves nothing to stand on.
    it('is empty and nobody’s when it was erased, once or twice', async () => {
      const bytes = Buffer.from('to be gone')
      await place.blobs.put(digestOf(bytes), pieces(bytes), limit)
      await place.pushes.begin('e'.repeat(64) as Sha256, { metadata: bytes, signature: 'signed' })
      await place.erase()
      await place.erase()
      expect([await place.owner(), await place.pushes.begun().catch(() => [])]).toEqual([undefined, []])
      await expect(place.blobs.readWhole(digestOf(bytes), limit)).rejects.toThrow()
    })
  })
}
