import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { nodeFiles } from '@windlass/platform'
import { sha256Of } from '@windlass/trust'
import { openArchive } from '@windlass/trust/archive'
import { writeArchive } from '@windlass/trust/pack'
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { changeByte } from './change-byte.ts'

const metadata = '{"version":"1.0"}'
const content = Buffer.alloc(3 * 1024 * 1024, 'object')
const sha256sum = sha256Of(content)

describe('changeByte', () => {
  let zip = ''
  beforeEach(async () => {
    const folder = await mkdtemp(join(tmpdir(), 'change-'))
    onTestFinished(() => rm(folder, { recursive: true }))
    const path = join(folder, 'object')
    zip = join(folder, 'package.uhupkg')
    await writeFile(path, content)
    await writeArchive(zip, { metadata, signature: '', objects: [{ sha256sum, size: content.length, path }] })
  })

  it('changes one byte of the metadata, and the archive is as whole as before', async () => {
    await changeByte(zip, 'metadata', metadata.indexOf('1.0'))
    const archive = await openArchive(zip, nodeFiles)
    const now = Buffer.from(archive.metadata)
    await archive.extract(
      [{ sha256sum, size: content.length }],
      async (_, chunks) => void (await Array.fromAsync(chunks)),
    )
    await archive.close()
    expect(now.toString()).toBe('{"version":"0.0"}')
  })

  it('changes an object so that only its digest tells', async () => {
    await changeByte(zip, sha256sum, 2_000_000)
    const archive = await openArchive(zip, nodeFiles)
    const reading = archive.extract([{ sha256sum, size: content.length }], async (_, chunks) => {
      await Array.fromAsync(chunks)
    })
    await expect(reading).rejects.toMatchObject({ code: 'object_mismatch' })
    await archive.close()
  })

  it('says so when there is no such entry', async () => {
    await expect(changeByte(zip, 'nothing', 0)).rejects.toThrow('expected an entry nothing')
  })
})
