import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { openCache } from './cache.ts'

async function freshFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'windlass-cache-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  return folder
}

describe('the cache of images', () => {
  it('lets one make what two ask for at the same time', async () => {
    const folder = await freshFolder()
    let made = 0
    const ask = async () => (await openCache(folder)).keep('thing', ['one'], (path) => writeFile(path, `${++made}`))
    const [first, second] = await Promise.all([ask(), ask()])
    expect(first).toBe(second)
    expect(await readFile(first, 'utf8')).toBe('1')
  })

  it('makes it anew when it is made of something else, and forgets the older one', async () => {
    const cache = await openCache(await freshFolder())
    const make = (text: string) => cache.keep('thing', [text], (path) => writeFile(path, text))
    const older = await make('one')
    const other = await cache.keep('thing-else', [], (path) => writeFile(path, ''))
    const newer = await make('two')
    const left = (await readdir(cache.folder)).filter((name) => !name.endsWith('.lock'))
    expect(left.map((name) => join(cache.folder, name)).sort()).toEqual([newer, other].sort())
    expect(older).not.toBe(newer)
  })

  it('keeps nothing of what was not finished', async () => {
    const cache = await openCache(await freshFolder())
    const failing = cache.keep('thing', [], async (path) => {
      await writeFile(path, 'half')
      throw new Error('the disk is full')
    })
    await expect(failing).rejects.toThrow('the disk is full')
    const path = await cache.keep('thing', [], (whole) => writeFile(whole, 'whole'))
    expect(await readFile(path, 'utf8')).toBe('whole')
  })
})
