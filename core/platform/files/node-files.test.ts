import { mkdtemp, open, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { testJournal } from '../journal/journal.contract.ts'
import { fileJournal } from '../journal/journal.ts'
import { deviceNumbers, findEnd } from './device-capacity.ts'
import { testFiles } from './files.contract.ts'
import { nodeFiles } from './node-files.ts'

let root: string
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'windlass-files-'))
})
afterAll(() => rm(root, { recursive: true }))
const newFolder = () => mkdtemp(join(root, 'test-'))

testFiles('nodeFiles', async () => ({
  files: nodeFiles,
  folder: await newFolder(),
  link: (path, target) => symlink(target, path),
}))
it('says at once where no folder can be made', async () => {
  await expect(nodeFiles.makeFolder('/proc/windlass/deep')).rejects.toMatchObject({ code: 'ENOENT' })
})

testJournal('fileJournal on a real disk', async () => {
  const path = join(await newFolder(), 'deep', 'journal.json')
  const opened = () =>
    fileJournal<unknown>(
      nodeFiles,
      path,
      (value) => value,
      () => undefined,
    )
  return { journal: opened(), again: async () => opened() }
})

describe('nodeFiles', () => {
  it('reads files whole whose size the kernel gives as 0', async () => {
    const status = await nodeFiles.readFile('/proc/self/status', 1_000_000)
    expect(new TextDecoder().decode(status)).toMatch(/^Name:/)
  })

  it('finds the end of what it can only read', async () => {
    for (const size of [0, 1, 2, 3, 4095, 4096, 1_000_001]) {
      const handle = await open(join(root, `end-${size}`), 'w+')
      await handle.truncate(size)
      expect(await findEnd(handle)).toBe(size)
      await handle.close()
    }
  })

  it('takes device numbers apart as the kernel does', () => {
    expect(deviceNumbers(0x700n)).toEqual({ major: 7, minor: 0 })
    expect(deviceNumbers(0x10300n)).toEqual({ major: 259, minor: 0 })
    expect(deviceNumbers(0x100700n)).toEqual({ major: 7, minor: 256 })
  })
})
