import { join } from 'node:path/posix'
import { describe, expect, it } from 'vitest'
import type { Files } from './files.ts'

/** What every Files promises. `make` gives an empty folder that is there, and links `path` to `target` in `link`. */
export function testFiles(
  name: string,
  make: () => Promise<{ files: Files; folder: string; link: (path: string, target: string) => Promise<void> }>,
): void {
  const inFolder = async () => {
    const { files, folder, link } = await make()
    return { files, link, folder, at: (path: string) => join(folder, path) }
  }
  const text = async (files: Files, path: string) => new TextDecoder().decode(await files.readFile(path, 1000))

  describe(`${name} as a disk`, () => {
    it('replaces a file and makes its folders', async () => {
      const { files, at } = await inFolder()
      await files.replace(at('a/b/one'), 'first')
      await files.replace(at('a/b/one'), new TextEncoder().encode('2nd'))
      expect(await text(files, at('a/b/one'))).toBe('2nd')
      expect(await files.list(at('a/b'))).toEqual(['one'])
    })

    it('lists names sorted', async () => {
      const { files, at, folder } = await inFolder()
      for (const one of ['b', 'c', 'a']) await files.replace(at(one), '')
      expect(await files.list(folder)).toEqual(['a', 'b', 'c'])
    })

    it('says ENOENT for what is not there', async () => {
      const { files, at } = await inFolder()
      const missing = { code: 'ENOENT' }
      await expect(files.open(at('none'), 'read')).rejects.toMatchObject(missing)
      await expect(files.open(at('none'), 'update')).rejects.toMatchObject(missing)
      await expect(files.open(at('none/one'), 'create')).rejects.toMatchObject(missing)
      await expect(files.readFile(at('none'), 10)).rejects.toMatchObject(missing)
      await expect(files.rename(at('none'), at('other'))).rejects.toMatchObject(missing)
      await expect(files.list(at('none'))).rejects.toMatchObject(missing)
      await expect(files.setMode(at('none'), 0o600)).rejects.toMatchObject(missing)
      expect(await files.facts(at('none'))).toBeUndefined()
      expect(await files.realPath(at('none'))).toBeUndefined()
      await files.remove(at('none'))
      await files.remove(at('none/one'))
    })

    it('says ENOTDIR and EISDIR where a file is no folder and a folder no file', async () => {
      const { files, at, folder } = await inFolder()
      await files.replace(at('file'), 'x')
      await expect(files.list(at('file'))).rejects.toMatchObject({ code: 'ENOTDIR' })
      await expect(files.open(at('file/x'), 'create')).rejects.toMatchObject({ code: 'ENOTDIR' })
      await expect(files.makeFolder(at('file'))).rejects.toMatchObject({ code: 'EEXIST' })
      await expect(files.open(folder, 'update')).rejects.toMatchObject({ code: 'EISDIR' })
      await expect(files.readFile(folder, 10_000)).rejects.toMatchObject({ code: 'EISDIR' })
      await expect(files.remove(folder)).rejects.toMatchObject({ code: 'EISDIR' })
      await files.makeFolder(at('empty'))
      await expect(files.rename(at('file'), at('empty'))).rejects.toMatchObject({ code: 'EISDIR' })
      expect(await files.facts(at('file/x'))).toBeUndefined()
    })

    it('refuses to read a file whole that holds more than allowed', async () => {
      const { files, at } = await inFolder()
      await files.replace(at('ten'), '0123456789')
      expect(await files.readFile(at('ten'), 10)).toHaveLength(10)
      await expect(files.readFile(at('ten'), 9)).rejects.toMatchObject({ name: 'FilesError', code: 'too_large' })
    })

    it('reads and writes at any place, with zeros in the holes', async () => {
      const { files, at } = await inFolder()
      const file = await files.open(at('holes'), 'create')
      await file.write(Uint8Array.of(1, 2), 4)
      await file.write(Uint8Array.of(9), 0)
      await file.sync()
      expect(await file.size()).toBe(6)
      const into = new Uint8Array(10)
      expect(await file.read(into, 0)).toBe(6)
      expect([...into.subarray(0, 6)]).toEqual([9, 0, 0, 0, 1, 2])
      expect(await file.read(into, 6)).toBe(0)
      expect(await file.read(into, 100)).toBe(0)
      await file.truncate(2)
      await file.truncate(5)
      expect(await file.size()).toBe(5)
      await file.close()
      expect([...(await files.readFile(at('holes'), 10))]).toEqual([9, 0, 0, 0, 0])
    })

    it('keeps what is there with update and append, and empties it with create', async () => {
      const { files, at } = await inFolder()
      await files.replace(at('kept'), 'abc')
      for (const as of ['update', 'append'] as const) {
        const file = await files.open(at('kept'), as)
        await file.write(Uint8Array.of(0x78), 1)
        await file.write(Uint8Array.of(0x79), 3)
        await file.close()
        expect(await text(files, at('kept'))).toBe('axcy')
      }
      await (await files.open(at('kept'), 'create')).close()
      expect(await text(files, at('kept'))).toBe('')
      await (await files.open(at('new'), 'append')).close()
      expect(await text(files, at('new'))).toBe('')
    })

    it('refuses to write into what was opened to read, and anything after close', async () => {
      const { files, at } = await inFolder()
      await files.replace(at('one'), 'abc')
      const file = await files.open(at('one'), 'read')
      await expect(file.write(new Uint8Array(1), 0)).rejects.toMatchObject({ code: 'EBADF' })
      await file.close()
      await expect(file.read(new Uint8Array(1), 0)).rejects.toMatchObject({ code: 'EBADF' })
    })

    it('goes on with an open file that was renamed or removed', async () => {
      const { files, at } = await inFolder()
      await files.replace(at('one'), 'abc')
      const file = await files.open(at('one'), 'read')
      await files.rename(at('one'), at('two'))
      await files.remove(at('two'))
      expect(await file.read(new Uint8Array(3), 0)).toBe(3)
      await file.close()
    })

    it('renames over another file', async () => {
      const { files, at, folder } = await inFolder()
      await files.replace(at('one'), '1')
      await files.replace(at('two'), '2')
      await files.rename(at('one'), at('two'))
      expect(await text(files, at('two'))).toBe('1')
      expect(await files.list(folder)).toEqual(['two'])
    })

    it('syncs a folder that was opened to read', async () => {
      const { files, folder } = await inFolder()
      const opened = await files.open(folder, 'read')
      await opened.sync()
      await expect(opened.read(new Uint8Array(1), 0)).rejects.toMatchObject({ code: 'EISDIR' })
      await opened.close()
    })

    it('knows the facts of files and folders', async () => {
      const { files, at, folder } = await inFolder()
      await files.replace(at('one'), 'abc')
      await files.setMode(at('one'), 0o4750)
      expect(await files.facts(at('one'))).toMatchObject({ kind: 'file', size: 3, mode: 0o4750 })
      expect(await files.facts(folder)).toMatchObject({ kind: 'folder' })
      expect((await files.facts(at('one')))?.device).toBe((await files.facts(folder))?.device)
    })

    it('gives a file that it replaces the mode that is asked for', async () => {
      const { files, at } = await inFolder()
      await files.replace(at('one'), 'abc', 0o600)
      expect(await files.facts(at('one'))).toMatchObject({ size: 3, mode: 0o600 })
      await files.replace(at('one'), 'abcd', 0o640)
      expect(await files.facts(at('one'))).toMatchObject({ size: 4, mode: 0o640 })
    })

    it('follows symlinks, and renames and removes the link itself', async () => {
      const { files, at, link } = await inFolder()
      await files.replace(at('real/one'), 'abc')
      await link(at('short'), 'real')
      await link(at('lost'), 'nowhere')
      expect(await text(files, at('short/one'))).toBe('abc')
      expect(await files.realPath(at('short/one'))).toBe(await files.realPath(at('real/one')))
      expect(await files.facts(at('short'))).toMatchObject({ kind: 'folder' })
      expect(await files.facts(at('lost'))).toBeUndefined()
      await files.rename(at('short'), at('other'))
      await files.remove(at('other'))
      expect(await files.list(at('real'))).toEqual(['one'])
    })

    it('says how much room is left', async () => {
      const { files, folder, at } = await inFolder()
      expect(await files.freeBytes(folder)).toBeGreaterThan(0)
      await expect(files.freeBytes(at('none'))).rejects.toMatchObject({ code: 'ENOENT' })
    })
  })
}
