import { writeFile } from 'node:fs/promises'
import { deflateRawSync, gzipSync, zstdCompressSync } from 'node:zlib'
import type { Sha256 } from '@windlass/model'
import { describe, expect, it } from 'vitest'
import type { PackageArchive } from './archive.ts'
import { paxRecord, tarOf, type ZipPart, zipOf } from './archive-maker.ts'
import { type Expected, sha256Of } from './index.ts'
import { golden, opened, testFile, testFolder } from './test-files.ts'

const object = Buffer.from('1234567890')
const large = Buffer.alloc(300_001, 'abcdefg')
const wanted = [object, large].map((bytes): Expected => ({ sha256sum: sha256Of(bytes), size: bytes.length }))
const [small, big] = wanted.map((w) => w.sha256sum) as [Sha256, Sha256]

const deflated = (name: string, data: Buffer): ZipPart => {
  const packed = deflateRawSync(data)
  return { name, data: packed, header: { method: 8, packed: packed.length, size: data.length, crc: crcOf(data) } }
}
const crcOf = (data: Buffer) => zipOf([{ name: 'x', data }]).readUInt32LE(14)

const entries = async () => [
  { name: 'signature', data: await golden('golden.signature') },
  { name: 'metadata', data: await golden('golden.metadata.json') },
  { name: small, data: object },
  { name: 'README', data: 'ignored' },
  { name: 'folder/file', data: 'ignored' },
  { name: big, data: large },
]
type Parts = Awaited<ReturnType<typeof entries>>
const descriptor = (data: Buffer) => {
  const b = Buffer.alloc(16)
  b.writeUInt32LE(0x08074b50, 0)
  for (const [i, n] of [crcOf(data), data.length, data.length].entries()) b.writeUInt32LE(n, 4 + 4 * i)
  return b
}

const forms: [string, (parts: Parts) => Buffer][] = [
  ['zip, stored', (parts) => zipOf(parts)],
  ['zip, deflated', (parts) => zipOf(parts.map((p) => deflated(p.name, Buffer.from(p.data))))],
  [
    'zip, sizes behind the data',
    (parts) =>
      zipOf(
        parts.map((p) => ({
          ...p,
          header: { flags: 8 },
          local: (b) => b.fill(0, 14, 26),
          after: descriptor(Buffer.from(p.data)),
        })),
      ),
  ],
  ['tar', (parts) => tarOf(parts)],
  [
    'tar in pax form',
    (parts) =>
      tarOf(
        parts.flatMap((p) => [
          { name: 'p', type: 'x', data: paxRecord('path', p.name) },
          { ...p, name: 'x' },
        ]),
      ),
  ],
  ['tar.gz', (parts) => gzipSync(tarOf(parts))],
  ['tar.zst', (parts) => zstdCompressSync(tarOf(parts))],
  ['tar.gz, the front matter last', (parts) => gzipSync(tarOf(parts.toReversed()))],
]

async function use<T>(archive: PackageArchive, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } finally {
    await archive.close()
  }
}

async function extracted(archive: PackageArchive, what: readonly Expected[] = wanted): Promise<[string, Buffer][]> {
  const got: [string, Buffer][] = []
  await archive.extract(what, async (name, chunks) => {
    got.push([name, Buffer.concat(await Array.fromAsync(chunks))])
  })
  return got
}

describe.each(forms)('D1 a package as %s', (form, make) => {
  it('opens with metadata, signature, uid and all names', async () => {
    const archive = await opened(await testFile(make(await entries())))
    await use(archive, async () => {
      expect(Buffer.from(archive.metadata)).toEqual(await golden('golden.metadata.json'))
      expect(archive.signature).toBe((await golden('golden.signature')).toString())
      expect(archive.packageUid).toBe('4f9afe46bab04d535c83d33309609a1adcbc9a2d2a6753e57daf58144b1c9f71')
      expect(archive.names.toSorted()).toEqual((await entries()).map((e) => e.name).toSorted())
    })
  })

  it('hands out each wanted object once, also when it is wanted twice', async () => {
    const archive = await opened(await testFile(make(await entries())))
    await use(archive, async () => {
      const got = await extracted(archive, [...wanted, ...wanted])
      expect(got).toHaveLength(2)
      expect(Object.fromEntries(got)).toEqual({ [small]: object, [big]: large })
      expect(await extracted(archive, wanted.slice(1))).toEqual([[big, large]])
    })
  })

  it('says where an object lies in the file when it lies there as it is', async () => {
    const bytes = make(await entries())
    const archive = await opened(await testFile(bytes))
    await use(archive, async () => {
      const place = archive.locate(small)
      if (/deflated|gz|zst/.test(form)) return expect(place).toBeUndefined()
      expect(bytes.subarray(place?.at, (place?.at ?? 0) + (place?.size ?? 0))).toEqual(object)
      expect(archive.locate(sha256Of('absent'))).toBeUndefined()
    })
  })

  it('D26 notices one byte changed in an object', async () => {
    const parts = await entries()
    const wrong = Buffer.from(large)
    wrong.writeUInt8(0, 150_000)
    const archive = await opened(await testFile(make(parts.map((p) => (p.name === big ? { ...p, data: wrong } : p)))))
    await use(archive, async () => {
      await expect(extracted(archive)).rejects.toMatchObject({
        code: 'object_mismatch',
        message: /bytes of this digest/,
      })
    })
  })

  it('refuses a missing object and a wrong size before the first byte', async () => {
    const archive = await opened(await testFile(make(await entries())))
    await use(archive, async () => {
      const never = async () => expect.fail('nothing may be handed out')
      const absent = { sha256sum: sha256Of('absent'), size: 6 }
      await expect(archive.extract([...wanted, absent], never)).rejects.toMatchObject({ code: 'archive_entry_missing' })
      const wrong = { sha256sum: big, size: 5 }
      await expect(archive.extract([...wanted, wrong], never)).rejects.toMatchObject({ code: 'object_mismatch' })
    })
  })

  it('stops between chunks when told to, with the reason given', async () => {
    const archive = await opened(await testFile(make(await entries())))
    await use(archive, async () => {
      const stop = new AbortController()
      const act = archive.extract(
        wanted,
        async (_, chunks) => {
          for await (const _chunk of chunks) stop.abort(new Error('enough'))
        },
        stop.signal,
      )
      await expect(act).rejects.toThrow('enough')
      expect(await extracted(archive)).toHaveLength(2)
    })
  })
})

describe('extract()', () => {
  it('passes on what the writer throws, and can be called again', async () => {
    const archive = await opened(await testFile(gzipSync(tarOf(await entries()))))
    await use(archive, async () => {
      const full = () => Promise.reject(new Error('disk full'))
      await expect(archive.extract(wanted, full)).rejects.toThrow('disk full')
      expect(await extracted(archive)).toHaveLength(2)
    })
  })

  it('does not take an object for done whose end was never read', async () => {
    const archive = await opened(await testFile(zipOf(await entries())))
    await use(archive, async () => {
      const lazy = () => Promise.resolve()
      await expect(archive.extract(wanted, lazy)).rejects.toThrow('expected its writer to read to the end')
    })
  })

  it('keeps to chunks of 64 KiB', async () => {
    const data = Buffer.alloc(1_000_000)
    const parts = [{ name: 'signature' }, { name: 'metadata' }, { name: sha256Of(data), data }]
    for (const bytes of [zipOf(parts), tarOf(parts), gzipSync(tarOf(parts)), zstdCompressSync(tarOf(parts))]) {
      const archive = await opened(await testFile(bytes))
      await use(archive, async () => {
        await archive.extract([{ sha256sum: sha256Of(data), size: data.length }], async (_, chunks) => {
          for await (const chunk of chunks) expect(chunk.length).toBeLessThanOrEqual(64 * 1024)
        })
      })
    }
  })
})

describe('openArchive()', () => {
  it('D2 refuses a tar whose metadata is ./metadata', async () => {
    const path = await testFile(tarOf([{ name: './signature' }, { name: './metadata', data: '{}' }]))
    await expect(opened(path)).rejects.toMatchObject({ code: 'name_forbidden', message: /"\.\/signature"/ })
  })

  it('D3 refuses a package without signature entry', async () => {
    const path = await testFile(zipOf([{ name: 'metadata', data: '{}' }]))
    await expect(opened(path)).rejects.toMatchObject({
      code: 'archive_entry_missing',
      message: /signature, got metadata/,
    })
  })

  it('D4 opens a package whose signature is empty', async () => {
    const archive = await opened(await testFile(zipOf([{ name: 'signature' }, { name: 'metadata', data: '{}' }])))
    await use(archive, async () => expect(archive.signature).toBe(''))
  })

  it('names the file that is not there, keeping the cause', async () => {
    const path = `${await testFolder()}/absent`
    const error = await opened(path).catch((e: unknown) => e)
    expect(error).toMatchObject({
      code: 'file_unreadable',
      message: expect.stringContaining(path),
      cause: { code: 'ENOENT' },
    })
  })

  it('refuses a folder', async () => {
    await expect(opened(await testFolder())).rejects.toMatchObject({
      code: 'archive_invalid',
      message: /regular file/,
    })
  })

  it('notices that the file got shorter after it was opened', async () => {
    const path = await testFile(zipOf(await entries()))
    const archive = await opened(path)
    await use(archive, async () => {
      await writeFile(path, '')
      await expect(extracted(archive)).rejects.toMatchObject({ code: 'archive_invalid', message: /the file ends/ })
    })
  })
})
