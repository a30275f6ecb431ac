import { describe, expect, it } from 'vitest'
import { FakeFiles } from './fake-files.ts'
import { testFiles } from './files.contract.ts'
import { syncFolder } from './whole-file.ts'

testFiles('FakeFiles', async () => {
  const files = new FakeFiles()
  await files.makeFolder('/work')
  return { files, folder: '/work', link: async (path, target) => files.link(path, target) }
})

const seeds = Array.from({ length: 40 }, (_, seed) => seed)
const text = (files: FakeFiles, path: string) => new TextDecoder().decode(files.peek(path))

describe('FakeFiles when the power goes', () => {
  it('loses, keeps or tears what was not synced', async () => {
    const fates = new Set<string>()
    for (const seed of seeds) {
      const files = new FakeFiles({ seed })
      files.put('/data', 'a'.repeat(2048))
      const file = await files.open('/data', 'update')
      await file.write(new TextEncoder().encode('b'.repeat(2048)), 0)
      files.crash()
      const sectors = text(files, '/data').match(/.{512}/g) ?? []
      expect(sectors.every((sector) => /^(a+|b+)$/.test(sector))).toBe(true)
      fates.add(new Set(sectors.map((sector) => sector[0])).size === 2 ? 'torn' : (sectors[0]?.[0] ?? ''))
    }
    expect([...fates].sort()).toEqual(['a', 'b', 'torn'])
  })

  it('keeps what was synced', async () => {
    for (const seed of seeds) {
      const files = new FakeFiles({ seed })
      files.addDevice('/dev/slot', 1024)
      const device = await files.open('/dev/slot', 'update')
      await device.write(new Uint8Array(1024).fill(7), 0)
      await device.sync()
      files.crash()
      expect(files.peek('/dev/slot')).toEqual(new Uint8Array(1024).fill(7))
    }
  })

  it('keeps a rename only once the folder was synced, and never half of it', async () => {
    const outcomes = new Set<string>()
    for (const seed of seeds) {
      const files = new FakeFiles({ seed })
      files.put('/a', 'new')
      files.put('/b', 'old')
      await files.rename('/a', '/b')
      files.crash()
      outcomes.add(`${(await files.list('/')).join()}:${text(files, '/b')}`)
      if (await files.facts('/a')) await files.rename('/a', '/b')
      await syncFolder(files, '/')
      files.crash()
      expect(text(files, '/b')).toBe('new')
    }
    expect([...outcomes].sort()).toEqual(['a,b:old', 'b:new'])
  })

  it('may leave an empty file where content was renamed into place without a sync', async () => {
    const contents = new Set<string>()
    for (const seed of seeds) {
      const files = new FakeFiles({ seed })
      const file = await files.open('/tmp', 'create')
      await file.write(new TextEncoder().encode('content'), 0)
      await files.rename('/tmp', '/file')
      await syncFolder(files, '/')
      files.crash()
      contents.add(text(files, '/file'))
    }
    expect([...contents].sort()).toEqual(['', 'content'])
  })

  it('is cut right after the change that was named and refuses everything until the restart', async () => {
    const files = new FakeFiles()
    let told = 0
    files.cutPowerAfter(2, () => {
      told += 1
    })
    const file = await files.open('/one', 'create')
    await expect(file.write(Uint8Array.of(1), 0)).rejects.toMatchObject({ name: 'PowerCut' })
    await expect(files.list('/')).rejects.toMatchObject({ name: 'PowerCut' })
    expect([told, files.powered]).toEqual([1, false])
    files.crash()
    expect(files.powered).toBe(true)
    await expect(file.read(new Uint8Array(1), 0)).rejects.toMatchObject({ name: 'PowerCut' })
  })

  it('has the old or the new content whole at every cut of a replace', async () => {
    for (const seed of seeds.slice(0, 10)) {
      for (let changes = 1, done = false; !done; changes += 1) {
        const files = new FakeFiles({ seed })
        files.put('/etc/one', 'old')
        files.cutPowerAfter(changes)
        done = await files.replace('/etc/one', 'new').then(
          () => true,
          () => false,
        )
        files.crash()
        expect(done ? ['new'] : ['old', 'new']).toContain(text(files, '/etc/one'))
      }
    }
  })
})

describe('FakeFiles', () => {
  it('is full at its capacity, with the part written that fits', async () => {
    const files = new FakeFiles({ capacity: 10 })
    const file = await files.open('/one', 'create')
    await expect(file.write(new Uint8Array(11), 0)).rejects.toMatchObject({ code: 'ENOSPC' })
    expect([await file.size(), await files.freeBytes('/')]).toEqual([10, 0])
    await files.remove('/one')
    expect(await files.freeBytes('/')).toBe(10)
  })

  it('leaves no temporary file behind when a replace finds no room', async () => {
    const files = new FakeFiles({ capacity: 10 })
    await files.replace('/one', '12345')
    await expect(files.replace('/one', '123456')).rejects.toMatchObject({ code: 'ENOSPC' })
    expect([await files.list('/'), text(files, '/one')]).toEqual([['one'], '12345'])
  })

  it('has devices with an end', async () => {
    const files = new FakeFiles()
    files.addDevice('/dev/slot', 100, Uint8Array.of(5))
    expect(await files.facts('/dev/slot')).toMatchObject({ kind: 'block', size: 0 })
    const device = await files.open('/dev/slot', 'create')
    expect(await device.size()).toBe(100)
    const into = new Uint8Array(4)
    expect([await device.read(into, 98), await device.read(into, 0), into[0]]).toEqual([2, 4, 5])
    await expect(device.write(new Uint8Array(2), 99)).rejects.toMatchObject({ code: 'ENOSPC' })
  })

  it('fails the next operation as told, once', async () => {
    const files = new FakeFiles()
    files.failNext('write', 'EIO', '/two')
    const [one, two] = [await files.open('/one', 'create'), await files.open('/two', 'create')]
    await one.write(Uint8Array.of(1), 0)
    await expect(two.write(Uint8Array.of(1), 0)).rejects.toMatchObject({
      code: 'EIO',
      message: "EIO: i/o error, write '/two'",
    })
    await two.write(Uint8Array.of(1), 0)
  })

  it('keeps a list of what was asked of it', async () => {
    const files = new FakeFiles()
    await files.replace('/one', 'abc')
    expect(files.operations.map(({ op, path }) => `${op} ${path}`)).toEqual([
      'create /one.tmp',
      'write /one.tmp',
      'sync /one.tmp',
      'rename /one.tmp',
      'open /',
      'sync /',
    ])
  })

  it('knows who owns a file', async () => {
    const files = new FakeFiles()
    files.put('/one', '')
    await files.setOwner('/one', undefined, 5)
    expect(files.owner('/one')).toEqual({ uid: 0, gid: 5 })
  })
})
