import { describe, expect, it } from 'vitest'
import { type FolderQuotas, quotaFor } from './folder-quotas.ts'

export interface QuotasSubject extends AsyncDisposable {
  quotas: FolderQuotas
  blockBytes: number
  /** An empty folder that a service may write into. @returns its path */
  folder(name: string): Promise<string>
  /** A service writes a whole file. False: it was told that its quota is used up, and the file is gone. */
  write(path: string, bytes: number): Promise<boolean>
  /** With all that is in it. */
  remove(folder: string): Promise<void>
}

/** What every FolderQuotas promises. */
export function testFolderQuotas(name: string, make: () => Promise<QuotasSubject>): void {
  const kib = 1024

  describe(`${name} as quotas of folders`, () => {
    it('stops who writes more than his quota, and nobody else', async () => {
      await using subject = await make()
      const { quotas, blockBytes, write } = subject
      const [a, b] = [await subject.folder('a'), await subject.folder('b')]
      await quotas.mark(a, 1001)
      await quotas.mark(b, 1002)
      await quotas.limit(1001, quotaFor(64 * kib, blockBytes))
      await quotas.limit(1002, quotaFor(64 * kib, blockBytes))
      expect(await write(`${a}/one`, 60 * kib)).toBe(true)
      expect(await write(`${a}/two`, 60 * kib)).toBe(false)
      expect(await write(`${b}/one`, 60 * kib)).toBe(true)
      await subject.remove(`${a}/one`)
      expect(await write(`${a}/two`, 60 * kib)).toBe(true)
    })

    it('counts what was in the folder before', async () => {
      await using subject = await make()
      const a = await subject.folder('a')
      expect(await subject.write(`${a}/one`, 60 * kib)).toBe(true)
      await subject.quotas.mark(a, 1001)
      await subject.quotas.limit(1001, quotaFor(64 * kib, subject.blockBytes))
      expect(await subject.write(`${a}/two`, 10 * kib)).toBe(false)
      expect((await subject.quotas.projects()).get(1001)).toBeGreaterThanOrEqual(60 * kib)
    })

    it('counts empty files, which nobody else would have room for', async () => {
      await using subject = await make()
      const a = await subject.folder('a')
      await subject.quotas.mark(a, 1001)
      await subject.quotas.limit(1001, quotaFor(4 * subject.blockBytes, subject.blockBytes))
      const written = []
      for (const file of ['1', '2', '3', '4', '5']) written.push(await subject.write(`${a}/${file}`, 0))
      expect(written).toEqual([true, true, true, true, false])
    })

    it('gives a folder that is marked anew to the later project, whole', async () => {
      await using subject = await make()
      const { quotas } = subject
      const a = await subject.folder('a')
      expect(await quotas.projectOf(a)).toBe(0)
      await quotas.mark(a, 1001)
      await quotas.mark(a, 1001)
      await subject.write(`${a}/one`, 8 * kib)
      await quotas.mark(a, 1002)
      expect(await quotas.projectOf(a)).toBe(1002)
      const projects = await quotas.projects()
      expect([...projects.keys()]).toEqual([1002])
      expect(projects.get(1002)).toBeGreaterThanOrEqual(8 * kib)
    })

    it('takes a higher limit at once, and lets go of one', async () => {
      await using subject = await make()
      const a = await subject.folder('a')
      await subject.quotas.mark(a, 1001)
      await subject.quotas.limit(1001, quotaFor(8 * kib, subject.blockBytes))
      expect(await subject.write(`${a}/one`, 32 * kib)).toBe(false)
      await subject.quotas.limit(1001, quotaFor(64 * kib, subject.blockBytes))
      expect(await subject.write(`${a}/one`, 32 * kib)).toBe(true)
      await subject.quotas.lift(1001)
      expect(await subject.write(`${a}/two`, 256 * kib)).toBe(true)
    })

    it('knows a project as long as it has a limit or files', async () => {
      await using subject = await make()
      const { quotas } = subject
      const a = await subject.folder('a')
      expect((await quotas.projects()).size).toBe(0)
      await quotas.limit(1001, quotaFor(8 * kib, subject.blockBytes))
      expect([...(await quotas.projects())]).toEqual([[1001, 0]])
      await quotas.mark(a, 1001)
      await quotas.lift(1001)
      expect([...(await quotas.projects()).keys()]).toEqual([1001])
      await subject.remove(a)
      expect((await quotas.projects()).size).toBe(0)
    })
  })
}
