import { type BlobOrigin, inTurn } from '@windlass/images'
import { describe, expect, it } from 'vitest'
import { itemOrigins } from './origins/image-source.ts'
import { sampleItem } from './sample-item.ts'

const never = new AbortController().signal

/** Has these blobs; says what it was asked. */
function origin(...has: string[]) {
  const asked: string[] = []
  const one: BlobOrigin = {
    sources: async (digests) => {
      asked.push(...digests)
      return digests.filter((digest) => has.includes(digest)).map((digest) => ({ digest, places: [] }))
    },
  }
  return { ...one, asked }
}
const away: BlobOrigin = {
  sources: async () => {
    throw new Error('nobody answers')
  },
}
const digestsOf = async (from: BlobOrigin, ...digests: string[]) =>
  (await from.sources(digests, never)).map(({ digest }) => digest)

describe('origins in turn', () => {
  it('are asked only for what those before do not have', async () => {
    const [first, second, third] = [origin('a'), origin('b'), origin('a', 'b')]
    expect(await digestsOf(inTurn(first, second, third), 'a', 'b')).toEqual(['a', 'b'])
    expect([first.asked, second.asked, third.asked]).toEqual([['a', 'b'], ['b'], []])
  })

  it('stand in for one that cannot answer, and say why where none has it', async () => {
    expect(await digestsOf(inTurn(away, origin('a')), 'a')).toEqual(['a'])
    expect(await digestsOf(inTurn(origin('a'), away), 'a')).toEqual(['a'])
    await expect(digestsOf(inTurn(away, origin('a')), 'b')).rejects.toThrow('nobody answers')
    expect(await digestsOf(inTurn(origin('a')), 'b')).toEqual([])
  })

  it('do not go on once the signal fired', async () => {
    const last = origin('a')
    await expect(inTurn(away, last).sources(['a'], AbortSignal.abort(new Error('cancelled')))).rejects.toThrow(
      'cancelled',
    )
    expect(last.asked).toEqual([])
  })

  it('of an item are its own and then the cloud, always the same', async () => {
    const [usb, cloud] = [origin('a'), origin('b')]
    const originOf = itemOrigins(new Map([['web', usb]]), cloud)
    expect(await digestsOf(originOf(sampleItem().item), 'a', 'b')).toEqual(['a', 'b'])
    expect(originOf(sampleItem().item)).toBe(originOf(sampleItem().item))
    expect(originOf(sampleItem({ itemId: 'other' }).item)).toBe(cloud)
  })
})
