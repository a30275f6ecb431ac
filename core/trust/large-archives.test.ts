import { open } from 'node:fs/promises'
import { join } from 'node:path'
import type { Sha256 } from '@windlass/model'
import { describe, expect, it } from 'vitest'
import { largeTar, largeZip } from './archive-maker.ts'
import { sha256Of } from './index.ts'
import { opened, testFolder } from './test-files.ts'

/*
 * Archives past 4 and 8 GiB, as files with holes: the large object is nowhere written, and nowhere read.
 */

const gib = 1024 ** 3
const huge = sha256Of('stands for a large object') as Sha256
const tail = Buffer.from('1234567890')

describe.each([
  ['zip64', largeZip, 5 * gib],
  ['tar with a binary size', largeTar, 9 * gib],
])('a %s archive with an object of many GiB', (_, make, size) => {
  it('gives the place of the object and what lies behind it', async () => {
    const path = join(await testFolder(), 'large.uhupkg')
    const file = await open(path, 'w')
    await make(file, { name: huge, size }, [
      { name: 'signature', data: 'text' },
      { name: 'metadata', data: '{}' },
      { name: sha256Of(tail), data: tail },
    ])
    await file.close()
    const archive = await opened(path)
    expect(archive.locate(huge)).toEqual({ at: expect.any(Number), size })
    expect(archive.signature).toBe('text')
    expect(archive.locate(sha256Of(tail))?.at).toBeGreaterThan(size)
    const got: string[] = []
    await archive.extract([{ sha256sum: sha256Of(tail), size: 10 }], async (_name, chunks) => {
      got.push(Buffer.concat(await Array.fromAsync(chunks)).toString())
    })
    expect(got).toEqual(['1234567890'])
    await archive.close()
  })
})
