import { describe, expect, it } from 'vitest'
import { cut } from './cut.ts'
import { fixture, fixtureImage } from './delta-fixture.ts'
import { headerSize, readHeader } from './header.ts'

async function* piecesOf(bytes: Uint8Array, size: number) {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

describe('cut', () => {
  it.each(['rollsum-brotli', 'fixed-brotli'] as const)('cuts where the tool itself cut: %s', async (name) => {
    const archive = fixture(name)
    const header = readHeader(archive.subarray(0, headerSize(archive)), archive.length)
    for (const size of [1, 100, 1000, 4096, 100_000]) {
      const cuts = await Array.fromAsync(cut(piecesOf(fixtureImage(), size), header.cutting) ?? [])
      const expected = [...header.order].map((index) => Buffer.from(header.chunks.get(index).hash).toString('hex'))
      expect(cuts.map(({ hash }) => Buffer.from(hash).toString('hex'))).toEqual(expected)
    }
  })
})
