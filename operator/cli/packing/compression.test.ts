import { mkdtemp, open, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { type Compression, detectCompression } from './compression.ts'

const fixtures = join(import.meta.dirname, 'fixtures')
const never = new AbortController().signal

async function detect(path: string): Promise<Compression | undefined> {
  const handle = await open(path)
  try {
    return await detectCompression({ handle, path, size: (await handle.stat()).size }, never)
  } finally {
    await handle.close()
  }
}

async function detectBytes(bytes: Uint8Array): Promise<Compression | undefined> {
  const path = join(await mkdtemp(join(tmpdir(), 'compression-')), 'file')
  await writeFile(path, bytes)
  return await detect(path)
}

describe('detectCompression', () => {
  it.each([
    ['plain.gz', 'gzip', 300_000],
    ['plain.xz', 'xz', 300_000],
    ['blocks.xz', 'xz', 300_000],
    ['two.xz', 'xz', 600_000],
    ['plain.lzo', 'lzop', 300_000],
    ['two.lzo', 'lzop', 600_000],
    ['plain.zst', 'zstd', 300_000],
    ['piped.zst', 'zstd', 300_000],
    ['sized.lzma', 'lzma', 300_000],
    ['plain.lzma', 'lzma', 0],
  ])('%s is %s of %i bytes', async (file, name, uncompressedSize) => {
    expect(await detect(join(fixtures, file))).toEqual({ name, uncompressedSize })
  })

  it('finds none in a plain file, nor in an empty one', async () => {
    expect(await detectBytes(Buffer.from('just text'))).toBeUndefined()
    expect(await detectBytes(Buffer.alloc(0))).toBeUndefined()
  })

  it.each(['plain.gz', 'plain.xz', 'plain.lzo', 'plain.zst'])('refuses %s cut short', async (file) => {
    const whole = await readFile(join(fixtures, file))
    await expect(detectBytes(whole.subarray(0, -6))).rejects.toMatchObject({ ending: 'data' })
  })

  it('refuses an xz file whose index is damaged', async () => {
    const bytes = await readFile(join(fixtures, 'plain.xz'))
    bytes.writeUInt8(bytes.readUInt8(bytes.length - 20) ^ 1, bytes.length - 20)
    await expect(detectBytes(bytes)).rejects.toThrow(/expected an xz index that matches its checksum/)
  })
})
