import type { ObjectBase } from '@windlass/model'
import { FakeFiles } from '@windlass/platform/fakes'
import { sha256Of } from '@windlass/trust'
import { describe, expect, it } from 'vitest'
import { DownloadStore } from './store.ts'

const folder = '/data/download'
const [one, two, three] = [object('1234567890', 'a.img'), object('second', 'b.img'), object('third one', 'c.img')]

function object(content: string, filename: string): ObjectBase & { content: string } {
  return { filename, size: content.length, sha256sum: sha256Of(content), content }
}

function scene(held: Readonly<Record<string, string>>) {
  const files = new FakeFiles()
  for (const [name, content] of Object.entries(held)) files.put(`${folder}/${name}`, content)
  return { files, store: new DownloadStore(files, folder) }
}

/** A disk that is looked at after each reading. */
class WatchedFiles extends FakeFiles {
  onRead: () => void = () => {}

  override async open(...asked: Parameters<FakeFiles['open']>) {
    const file = await super.open(...asked)
    const read: typeof file.read = async (into, at) => {
      const came = await file.read(into, at)
      this.onRead()
      return came
    }
    return { ...file, read }
  }
}

describe('DownloadStore.missing()', () => {
  it('ends at last for a caller who stops it after every piece, and reads anew after that', async () => {
    const files = new WatchedFiles()
    const store = new DownloadStore(files, folder)
    const contents = ['x', 'y'].map((letter) => object(letter.repeat(1_000_000), letter))
    for (const { sha256sum, content } of contents) files.put(`${folder}/${sha256sum}`, content)
    let stops = 0
    const ask = async (): Promise<unknown> => {
      const stop = new AbortController()
      files.onRead = () => stop.abort(new Error('told to'))
      return store.missing(contents, stop.signal).catch(() => (stops++, ask()))
    }
    expect(await ask()).toEqual([])
    expect(stops).toBeGreaterThan(6)
    expect(stops).toBeLessThan(20)
    files.onRead = () => {}
    files.put(`${folder}/${contents[0]?.sha256sum}`, 'z'.repeat(1_000_000))
    expect(await store.missing(contents)).toEqual([contents[0]])
  })

  it('begins anew with a file that changed meanwhile', async () => {
    let now = 1
    const files = new WatchedFiles({ now: () => now })
    const store = new DownloadStore(files, folder)
    const whole = object('x'.repeat(1_000_000), 'x')
    const path = `${folder}/${whole.sha256sum}`
    files.put(path, 'y'.repeat(1_000_000))
    const stop = new AbortController()
    files.onRead = () => stop.abort(new Error('told to'))
    await expect(store.missing([whole], stop.signal)).rejects.toThrow('told to')
    files.onRead = () => {}
    now = 2
    files.put(path, whole.content)
    expect(await store.missing([whole])).toEqual([])
  })
})

describe('DownloadStore.clean()', () => {
  it('makes the folder', async () => {
    const { files, store } = scene({})
    await store.clean([one])
    expect(await files.list(folder)).toEqual([])
  })

  it('removes objects of other packages and what a local installation left', async () => {
    const leftovers = { metadata: '{}', signature: 'x', fetched_pkg: 'y', [two.sha256sum]: two.content }
    const { files, store } = scene({ ...leftovers, [one.sha256sum]: one.content })
    await store.clean([one])
    expect(await files.list(folder)).toEqual([one.sha256sum])
  })

  it('spares a package that is being read', async () => {
    const { files, store } = scene({ fetched_pkg: 'y', [two.sha256sum]: 'sec' })
    await store.clean([], undefined, `${folder}/fetched_pkg`)
    expect(await files.list(folder)).toEqual(['fetched_pkg'])
  })

  it('B13 removes corrupt objects, too long ones among them, and B12 keeps incomplete ones', async () => {
    const { files, store } = scene({
      [one.sha256sum]: '0987654321',
      [two.sha256sum]: `${two.content}!`,
      [three.sha256sum]: three.content.slice(0, 4),
    })
    await store.clean([one, two, three])
    expect(await files.list(folder)).toEqual([three.sha256sum])
  })

  it('B14 D27 takes away no file of the user, unlike the real agent, and no folder', async () => {
    const { files, store } = scene({
      'my.uhupkg': 'x',
      unrelated: 'y',
      [`${two.sha256sum}/in`]: 'z',
      ['AB'.repeat(32)]: '',
    })
    const before = await files.list(folder)
    await store.clean([])
    expect(await files.list(folder)).toEqual(before)
  })
})

describe('DownloadStore.missing()', () => {
  it('names what is absent, incomplete or corrupt, in the order of the package', async () => {
    const { store } = scene({ [two.sha256sum]: 'sec', [three.sha256sum]: three.content.toUpperCase() })
    expect(await store.missing([one, two, three])).toEqual([one, two, three])
  })

  it('B11 leaves out what is there and right', async () => {
    const { store } = scene({ [one.sha256sum]: one.content })
    expect(await store.missing([one, two])).toEqual([two])
  })

  it('B10 names an object once that is listed twice', async () => {
    expect(await scene({}).store.missing([one, one])).toEqual([one])
  })

  it('D28 W24 names a content once that is listed under two file names', async () => {
    const { store } = scene({})
    expect(await store.missing([one, two, { ...one, filename: 'other.img' }])).toEqual([one, two])
  })
})

describe('DownloadStore.ready()', () => {
  it('is true only for the whole, right object', async () => {
    const { store } = scene({ [one.sha256sum]: one.content, [two.sha256sum]: two.content.slice(1) })
    expect([await store.ready(one), await store.ready(two), await store.ready(three)]).toEqual([true, false, false])
  })

  it('is false when the declared size is not the real one', async () => {
    const { store } = scene({ [one.sha256sum]: one.content })
    expect(await store.ready({ ...one, size: one.size - 1 })).toBe(false)
  })

  it('can be stopped while it reads', async () => {
    const { store } = scene({ [one.sha256sum]: one.content })
    await expect(store.ready(one, AbortSignal.abort(new Error('told to')))).rejects.toThrow('told to')
  })

  it('reads a large object through one small buffer', async () => {
    const large = new Uint8Array(3_000_000).fill(1)
    const files = new FakeFiles()
    const store = new DownloadStore(files, folder)
    files.put(`${folder}/${sha256Of(large)}`, large)
    expect(await store.ready({ filename: 'large', size: large.length, sha256sum: sha256Of(large) })).toBe(true)
    expect(Math.max(...files.operations.map(({ bytes }) => bytes ?? 0))).toBeLessThanOrEqual(1024 * 1024)
  })
})

describe('DownloadStore.ensureSpace()', () => {
  it('counts all that is still to come', async () => {
    const { files, store } = scene({ [one.sha256sum]: one.content.slice(0, 4) })
    files.capacity = 4 + 6 + two.size
    await store.ensureSpace([one, two])
    files.capacity -= 1
    await expect(store.ensureSpace([one, two])).rejects.toMatchObject({ code: 'no_space' })
  })
})

describe('DownloadStore.payload()', () => {
  it('says where the bytes lie', () => {
    expect(scene({}).store.payload(one)).toEqual({ path: `${folder}/${one.sha256sum}`, at: 0, size: 10 })
  })
})
