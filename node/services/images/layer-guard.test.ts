import { describe, expect, it } from 'vitest'
import { guardLayer } from './layer-guard.ts'
import { type SampleEntry, tarOf } from './sample-tar.ts'

async function* whole(bytes: Uint8Array) {
  yield bytes
}
const guard = (entries: readonly SampleEntry[]) => guardLayer(whole(tarOf(entries)), 1_000_000)

describe('a layer', () => {
  it('tells which names are gone, and which folders hide what is beneath', async () => {
    const whiteouts = await guard([
      { name: 'etc/', type: '5' },
      { name: 'etc/.wh.passwd' },
      { name: './var/.wh..wh..opq' },
      { name: '.wh.top' },
      { name: '.wh..wh.plnk', type: '5' },
    ])
    expect(whiteouts).toEqual({ gone: ['etc/passwd', 'top'], opaque: ['var'] })
  })

  it('may hold symlinks to anywhere: they are data of the service s own root', async () => {
    await guard([
      { name: 'a', type: '2', linkname: '/etc/passwd' },
      { name: 'b', type: '2', linkname: '../../..' },
      { name: 'c', type: '1', linkname: 'd' },
      { name: 'p', type: '6' },
    ])
  })

  const hostile: Readonly<Record<string, readonly SampleEntry[]>> = {
    'an absolute name': [{ name: '/etc/passwd' }],
    'a name that leads out': [{ name: 'a/../../b' }],
    'a file beneath a symlink of its own': [{ name: 'a', type: '2', linkname: '/etc' }, { name: 'a/passwd' }],
    'a whiteout beneath a symlink': [{ name: 'a', type: '2', linkname: '/etc' }, { name: 'a/.wh.passwd' }],
    'a hard link that leads out': [{ name: 'a', type: '1', linkname: '../../etc/shadow' }],
    'an absolute hard link': [{ name: 'a', type: '1', linkname: '/etc/shadow' }],
    'a hard link through a symlink': [
      { name: 'a', type: '2', linkname: '/' },
      { name: 'b', type: '1', linkname: 'a/etc/shadow' },
    ],
    'a character device': [{ name: 'mem', type: '3' }],
    'a block device': [{ name: 'sda', type: '4' }],
    'a whiteout of the folder itself': [{ name: 'a/.wh...' }],
    'a whiteout of nothing': [{ name: '.wh.' }],
  }
  for (const [what, entries] of Object.entries(hostile)) {
    it(`with ${what} is refused`, async () => {
      await expect(guard(entries)).rejects.toMatchObject({ code: 'invalid' })
    })
  }

  it('that unpacks to more than it may is refused', async () => {
    const bomb = tarOf([{ name: 'zeros', data: 'x'.repeat(100_000) }])
    await expect(guardLayer(whole(bomb), 50_000)).rejects.toMatchObject({
      name: 'TrustError',
      code: 'archive_too_large',
    })
  })
})
