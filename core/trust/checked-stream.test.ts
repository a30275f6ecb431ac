import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { checkedStream, createDigest, sha256Of } from './index.ts'

async function* pieces(...parts: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* parts
}
const bytes = Buffer.from('1234567890')
const expected = { sha256sum: sha256Of(bytes), size: 10 }

describe('checkedStream()', () => {
  it('passes the right bytes on, however they are cut', async () => {
    const cuts = fc.array(fc.nat({ max: 10 }), { maxLength: 4 })
    await fc.assert(
      fc.asyncProperty(cuts, async (at) => {
        const edges = [0, ...at.toSorted((x, y) => x - y), 10]
        const parts = edges.slice(1).map((end, i) => bytes.subarray(edges[i], end))
        const got = await Array.fromAsync(checkedStream(pieces(...parts), expected))
        expect(Buffer.concat(got)).toEqual(bytes)
      }),
    )
  })

  it('stops before it passes on a byte too many', async () => {
    const got: Uint8Array[] = []
    const act = async () => {
      for await (const chunk of checkedStream(pieces(bytes, Buffer.from('!')), expected)) got.push(chunk)
    }
    await expect(act()).rejects.toMatchObject({ code: 'object_mismatch', message: /expected 10 bytes, got more/ })
    expect(Buffer.concat(got)).toEqual(bytes)
  })

  it('says at the end when bytes are missing', async () => {
    const act = Array.fromAsync(checkedStream(pieces(bytes.subarray(0, 9)), expected))
    await expect(act).rejects.toMatchObject({ code: 'object_mismatch', message: /expected 10 bytes, got 9/ })
  })

  it('says at the end when bytes are wrong, naming both digests', async () => {
    const wrong = Buffer.from('1234567891')
    const act = Array.fromAsync(checkedStream(pieces(wrong), expected))
    await expect(act).rejects.toThrow(
      `object ${expected.sha256sum}: expected bytes of this digest, got bytes of ${sha256Of(wrong)}`,
    )
  })
})

describe('createDigest()', () => {
  it('gives of the parts what sha256Of() gives of the whole', () => {
    const digest = createDigest()
    digest.update(bytes.subarray(0, 4))
    digest.update(bytes.subarray(4))
    expect(digest.digest()).toBe(sha256Of('1234567890'))
  })
})
