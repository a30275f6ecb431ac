import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type About, writeBackup } from './archive.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'windlass-archive-'))
})
afterAll(() => rm(folder, { recursive: true }))

const about: About = { format: 2, windlass: '0', at: '', tables: [], projects: [] } as never
const many = Buffer.alloc(1024 * 1024)

it('says what the disk said where it cannot be written', async () => {
  const written = writeBackup(join(folder, 'none/x'), about, async (writer) => {
    for (const name of ['a', 'b', 'c']) await writer.add(name, many)
  })
  await expect(written).rejects.toThrow(/^ENOENT: no such file or directory, open '.*none\/x\.part'$/)
})

it('leaves nothing where what fills it fails, and says why', async () => {
  const written = writeBackup(join(folder, 'x'), about, async (writer) => {
    await writer.add('a', many)
    throw new Error('the package went away')
  })
  await expect(written).rejects.toThrow('the package went away')
  expect(await readdir(folder)).toEqual([])
})
