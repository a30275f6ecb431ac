import { readdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { sha256Of } from './index.ts'
import { type ObjectFile, type PackageContent, writeArchive } from './pack.ts'
import { golden, opened, testFolder } from './test-files.ts'

async function objectFile(folder: string, bytes: Uint8Array): Promise<ObjectFile> {
  const sha256sum = sha256Of(bytes)
  const path = join(folder, `object-${sha256sum}`)
  await writeFile(path, bytes)
  return { sha256sum, size: bytes.length, path }
}

async function goldenContent(folder: string): Promise<PackageContent> {
  return {
    metadata: await golden('golden.metadata.json'),
    signature: (await golden('golden.signature')).toString(),
    objects: [await objectFile(folder, Buffer.from('1234567890'))],
  }
}

describe('writeArchive()', () => {
  it('gives the same bytes for the same content, each time', async () => {
    const folder = await testFolder()
    const content = await goldenContent(folder)
    for (const name of ['one', 'two']) await writeArchive(join(folder, name), content)
    const bytes = await readFile(join(folder, 'one'))
    expect(bytes.equals(await readFile(join(folder, 'two')))).toBe(true)
    expect(sha256Of(bytes)).toMatchInlineSnapshot(`"597354d920b058cb0173ebdf908ceac4b03bec4a04b65430ca95a3b5bf574c9d"`)
  })

  it('P3 writes signature, metadata, then each content once', async () => {
    const folder = await testFolder()
    const content = await goldenContent(folder)
    const out = join(folder, 'out.uhupkg')
    await writeArchive(out, { ...content, objects: [...content.objects, ...content.objects] })
    const archive = await opened(out)
    expect(archive.names).toEqual(['signature', 'metadata', content.objects[0]?.sha256sum])
    await archive.close()
  })

  it('makes what openArchive() gives back, whatever the content', async () => {
    const folder = await testFolder()
    const bytes = fc.uint8Array({ maxLength: 2000 })
    await fc.assert(
      fc.asyncProperty(
        fc.string(),
        fc.string(),
        fc.uniqueArray(bytes, { selector: (b) => sha256Of(b), maxLength: 5 }),
        async (metadata, signature, contents) => {
          const out = join(folder, 'out.uhupkg')
          const objects = await Promise.all(contents.map((b) => objectFile(folder, b)))
          await writeArchive(out, { metadata, signature, objects })
          const archive = await opened(out)
          const got: Uint8Array[] = []
          await archive.extract(objects, async (_, chunks) => {
            got.push(Buffer.concat(await Array.fromAsync(chunks)))
          })
          await archive.close()
          expect(Buffer.from(archive.metadata)).toEqual(Buffer.from(metadata))
          expect(archive.signature).toBe(Buffer.from(signature).toString())
          expect(got.map((b) => sha256Of(b))).toEqual(objects.map((o) => o.sha256sum))
        },
      ),
      { numRuns: 30 },
    )
  })

  it('leaves no byte of an object that could be flipped unnoticed', async () => {
    const folder = await testFolder()
    const content = await goldenContent(folder)
    const out = join(folder, 'out.uhupkg')
    await writeArchive(out, content)
    const right = await readFile(out)
    const at = right.indexOf('1234567890')
    for (let bit = 0; bit < 80; bit++) {
      const wrong = Buffer.from(right)
      const place = at + (bit >> 3)
      wrong.writeUInt8(wrong.readUInt8(place) ^ (1 << (bit & 7)), place)
      await writeFile(out, wrong)
      const archive = await opened(out)
      const read = archive.extract(content.objects, async (_, chunks) => void (await Array.fromAsync(chunks)))
      await expect(read).rejects.toMatchObject({ code: 'object_mismatch' })
      await archive.close()
    }
  })

  it('leaves no byte outside the objects that could change what is read without an error', async () => {
    const folder = await testFolder()
    const content = await goldenContent(folder)
    const out = join(folder, 'out.uhupkg')
    await writeArchive(out, content)
    const right = await readFile(out)
    for (let place = 0; place < right.length; place += 1) {
      const wrong = Buffer.from(right)
      wrong.writeUInt8(wrong.readUInt8(place) ^ 0x04, place)
      await writeFile(out, wrong)
      const archive = await opened(out).catch(() => undefined)
      if (!archive) continue
      expect([archive.packageUid, archive.signature]).toEqual([sha256Of(content.metadata), content.signature])
      await archive.close()
    }
  })

  it.each([
    ['another content', '1234567891', 'bytes of this digest'],
    ['a longer one', '12345678901', 'got more'],
    ['a shorter one', '123456789', 'got 9'],
  ])('refuses an object whose file meanwhile has %s, and leaves nothing behind', async (_, now, message) => {
    const folder = await testFolder()
    const content = await goldenContent(folder)
    const out = join(folder, 'out.uhupkg')
    for (const object of content.objects) await writeFile(object.path, now)
    await expect(writeArchive(out, content)).rejects.toMatchObject({
      code: 'object_mismatch',
      message: expect.stringContaining(message),
    })
    expect((await readdir(dirname(out))).filter((name) => name.startsWith('out'))).toEqual([])
  })

  it('refuses an object whose file is gone, and keeps the archive that was there', async () => {
    const folder = await testFolder()
    const content = await goldenContent(folder)
    const out = join(folder, 'out.uhupkg')
    await writeFile(out, 'the one before')
    const gone = content.objects.map((o) => ({ ...o, path: join(folder, 'gone') }))
    await expect(writeArchive(out, { ...content, objects: gone })).rejects.toMatchObject({ code: 'file_unreadable' })
    expect(await readFile(out, 'utf8')).toBe('the one before')
  })

  it('refuses metadata that no reader would take', async () => {
    const folder = await testFolder()
    const act = writeArchive(join(folder, 'out'), { metadata: 'x'.repeat(2 ** 20 + 1), signature: '', objects: [] })
    await expect(act).rejects.toMatchObject({ code: 'archive_too_large' })
  })
})
