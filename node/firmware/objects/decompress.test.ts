import { gzipSync, zstdCompressSync } from 'node:zlib'
import { ended } from '@windlass/platform/fakes'
import { describe, expect, it } from 'vitest'
import { decompress } from './decompress.ts'
import { equalBytes, fakePorts, someBytes } from './objects-fixture.ts'

/** In one buffer that is used again for each piece, as payloads come. */
async function* reused(bytes: Uint8Array, size = 1000) {
  const buffer = Buffer.alloc(size)
  for (let at = 0; at < bytes.length; at += size) {
    const piece = bytes.subarray(at, at + size)
    buffer.fill(0xff)
    buffer.set(piece)
    yield buffer.subarray(0, piece.length)
  }
}

async function unpacked(bytes: Uint8Array, ports = fakePorts()) {
  const parts: Uint8Array[] = []
  for await (const piece of decompress(reused(bytes), 'x', ports)) parts.push(new Uint8Array(piece))
  return Buffer.concat(parts)
}

const plain = someBytes(300_000)

describe('decompress', () => {
  it.each([
    ['gzip', gzipSync],
    ['zstd', zstdCompressSync],
  ])('unpacks %s, also when its source reuses its buffer', async (_, compress) => {
    expect(equalBytes(await unpacked(compress(plain)), plain)).toBe(true)
  })

  it.each([
    ['gzip members', gzipSync],
    ['zstd frames', zstdCompressSync],
  ])('unpacks several %s in a row, as parallel compressors write them', async (_, compress) => {
    const packed = Buffer.concat([compress(plain), compress(plain)])
    expect(equalBytes(await unpacked(packed), Buffer.concat([plain, plain]))).toBe(true)
  })

  it.each([
    ['gzip', gzipSync],
    ['zstd', zstdCompressSync],
  ])('refuses %s that ends early', async (_, compress) => {
    const packed = compress(plain)
    await expect(unpacked(packed.subarray(0, packed.length - 2000))).rejects.toMatchObject({ code: 'install_failed' })
  })

  it.each([
    ['xz', [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0]],
    ['lzma', [0x5d, 0, 0, 0x80]],
    ['bzip2', [0x42, 0x5a, 0x68, 0x39]],
    ['lz4', [0x04, 0x22, 0x4d, 0x18]],
    ['lzop', [0x89, 0x4c, 0x5a, 0x4f, 0, 0x0d]],
  ])('gives %s to the program of that name, whole', async (tool, magic) => {
    const packed = Buffer.concat([Buffer.from(magic), plain])
    const ports = fakePorts({ [tool]: ({ input }) => ended({ output: input }) })
    expect(equalBytes(await unpacked(packed, ports), packed)).toBe(true)
    await expect(unpacked(packed)).rejects.toMatchObject({ code: 'tool_missing' })
  })

  it('says what the program said', async () => {
    const ports = fakePorts({ xz: () => ended({ code: 1, stderr: 'xz: (stdin): Compressed data is corrupt' }) })
    const packed = Buffer.from([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0, 9])
    await expect(unpacked(packed, ports)).rejects.toThrow('Compressed data is corrupt')
  })

  it('refuses what is not compressed', async () => {
    await expect(unpacked(Buffer.from('plain'))).rejects.toMatchObject({ code: 'install_failed' })
    await expect(unpacked(new Uint8Array())).rejects.toMatchObject({ code: 'install_failed' })
  })

  it('lets go of its source when its reader stops', async () => {
    for await (const piece of decompress(reused(gzipSync(someBytes(5_000_000))), 'x', fakePorts())) {
      expect(piece.length).toBeGreaterThan(0)
      break
    }
  })
})
