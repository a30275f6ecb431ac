import { gzipSync } from 'node:zlib'
import type { TarballObject } from '@windlass/model'
import { ended } from '@windlass/platform/fakes'
import { type Header, pack } from 'tar-stream'
import { describe, expect, it } from 'vitest'
import { equalBytes, fakePorts, never, noProgress, placedAt, tarballObject } from './objects-fixture.ts'
import { tarball } from './tarball.ts'

const root = '/run/windlass/on-dev-slot'

type Entry = Partial<Header> & { name: string }

async function archive(...entries: Entry[]): Promise<Uint8Array> {
  const tar = pack()
  for (const entry of entries) tar.entry(entry, 'x'.repeat(entry.size ?? (entry.type ? 0 : 7)))
  tar.finalize()
  const parts: Uint8Array[] = []
  for await (const part of tar) parts.push(part as Uint8Array)
  return Buffer.concat(parts)
}

const honest = () =>
  archive(
    { name: './', type: 'directory' },
    { name: './usr/lib/', type: 'directory' },
    { name: './usr/lib/libc.so.6' },
    { name: './usr/lib/libc.so', type: 'symlink', linkname: 'libc.so.6' },
    { name: './var/run', type: 'symlink', linkname: '/run' },
    { name: './usr/lib/again', type: 'link', linkname: './usr/lib/libc.so.6' },
    { name: './dev/null', type: 'character-device', devmajor: 1, devminor: 3 },
    { name: './run/pipe', type: 'fifo' },
  )

function device(stored: Uint8Array, other: Partial<TarballObject> = {}) {
  const tools = ['mount', 'umount', 'sync', 'tar', 'mkfs.ext4']
  const ports = fakePorts(Object.fromEntries(tools.map((tool) => [tool, () => ended()])))
  ports.files.addDevice('/dev/slot', 100_000)
  ports.files.put(`${root}/etc/hostname`, 'x')
  const payload = placedAt(ports.files, stored)
  const object = tarballObject(stored, other)
  const unpacking = () => ports.processes.calls.find(({ args }) => args.includes('-x'))
  return { ports, object, unpacking, install: () => tarball.install(object, payload, ports, noProgress, never) }
}

describe('tarball', () => {
  it('gives the unpacked archive to tar, in the folder meant, then syncs and unmounts', async () => {
    const stored = await honest()
    const { ports, unpacking, install } = device(gzipSync(stored), { targetPath: 'opt/app' })
    expect(await install()).toBe('installed')
    expect(equalBytes(unpacking()?.input ?? new Uint8Array(), stored)).toBe(true)
    expect(unpacking()?.args).toContain(`${root}/opt/app`)
    expect(ports.processes.calls.at(-1)).toMatchObject({ command: 'sync', args: ['-f', root] })
    expect(ports.mounts.mounted).toEqual([])
  })

  it('asks GNU tar to keep more', async () => {
    const { ports, unpacking, install } = device(await honest())
    ports.processes.programs.set('tar', () => ended({ stdout: 'tar (GNU tar) 1.34' }))
    await install()
    expect(unpacking()?.args).toContain('--xattrs')
  })

  it.each<[string, Entry[]]>([
    ['an absolute name', [{ name: '/etc/passwd' }]],
    ['a name that climbs', [{ name: './a/../../etc/passwd' }]],
    ['a hard link that climbs', [{ name: 'a', type: 'link', linkname: '../etc/shadow' }]],
    ['a hard link to an absolute name', [{ name: 'a', type: 'link', linkname: '/etc/shadow' }]],
    ['a file beneath its own symlink', [{ name: 'a', type: 'symlink', linkname: '/etc' }, { name: 'a/passwd' }]],
    [
      'a file beneath a hard link to a symlink',
      [{ name: 'a', type: 'symlink', linkname: '/etc' }, { name: 'b', type: 'link', linkname: 'a' }, { name: 'b/x' }],
    ],
    [
      'a hard link through its own symlink',
      [
        { name: './a', type: 'symlink', linkname: '..' },
        { name: 'b', type: 'link', linkname: 'a//x' },
      ],
    ],
    ['a sparse file', [{ name: 'a', pax: { 'GNU.sparse.name': '/etc/passwd' } }]],
  ])('refuses %s before it formats, mounts or unpacks', async (_, entries) => {
    const { ports, install } = device(await archive({ name: 'first' }, ...entries), { format: true })
    await expect(install()).rejects.toMatchObject({ code: 'archive_invalid' })
    expect(ports.processes.calls).toEqual([])
    expect(ports.mounts.calls).toEqual([])
  })

  it('refuses a symlink that claims content, which unpackers read differently', async () => {
    const tar = Buffer.from(await archive({ name: 'a', type: 'symlink', linkname: 'b' }))
    tar.write('00000001000', 124)
    tar.fill(' ', 148, 156)
    const sum = tar.subarray(0, 512).reduce((all, byte) => all + byte, 0)
    tar.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148)
    await expect(device(tar).install()).rejects.toThrow('expected content only in files')
  })

  it('refuses to write through a symlink on the disk that leads out', async () => {
    const stored = await archive({ name: './var/log/app.log' })
    const { ports, unpacking, install } = device(stored)
    ports.files.put('/log/host', 'x')
    ports.files.put(`${root}/var/x`, '')
    ports.files.link(`${root}/var/log`, '/log')
    await expect(install()).rejects.toThrow('leads out of the filesystem')
    expect(unpacking()).toBeUndefined()
    expect(ports.mounts.mounted).toEqual([])
  })

  it('says so when the payload is no archive or ends early', async () => {
    await expect(device(Buffer.from('x'.repeat(2000))).install()).rejects.toMatchObject({ code: 'archive_invalid' })
    const cut = (await honest()).subarray(0, 1100)
    await expect(device(cut).install()).rejects.toMatchObject({ code: 'archive_invalid' })
  })

  it('reads the payload no further than it could fit', async () => {
    const bomb = gzipSync(await archive({ name: 'a', size: 2_000_000 }))
    await expect(device(bomb).install()).rejects.toMatchObject({ code: 'archive_too_large' })
  })

  it('formats nothing for a payload that changed since it was verified', async () => {
    const { ports, object } = device(await honest(), { format: true })
    const other = placedAt(ports.files, await archive({ name: 'other' }))
    await expect(tarball.install(object, other, ports, noProgress, never)).rejects.toMatchObject({
      code: 'object_mismatch',
    })
    expect(ports.processes.calls).toEqual([])
  })

  it.each([
    ['tar: x: Cannot write: No space left on device', 'no_space'],
    ['tar: ./x: Wrote only 512 of 10240 bytes', 'no_space'],
    ['tar: x: Cannot open: Permission denied', 'install_failed'],
  ])('tells what tar said: %s', async (stderr, code) => {
    const { ports, install } = device(await honest())
    ports.processes.programs.set('tar', ({ args }) => (args.includes('-x') ? ended({ code: 2, stderr }) : ended()))
    await expect(install()).rejects.toMatchObject({ code, message: expect.stringContaining(stderr) })
    expect(ports.mounts.mounted).toEqual([])
  })
})

describe('the check of tarball', () => {
  const stored = new Uint8Array(10)

  it('refuses flash targets, saying so', async () => {
    const { ports, object } = device(stored, { targetType: 'ubivolume', target: 'rootfs' })
    await expect(tarball.check(object, ports)).rejects.toThrow('expected target-type device, got ubivolume')
  })

  it('counts the stored size only, whatever the unpacked one is said to be', async () => {
    const { ports, object } = device(stored, { compressed: true, uncompressedSize: 2 ** 40 })
    await expect(tarball.check(object, ports)).resolves.toBeUndefined()
    await expect(tarball.check({ ...object, size: 100_001 }, ports)).rejects.toMatchObject({ code: 'no_space' })
  })

  it('needs tar', async () => {
    const { ports, object } = device(stored)
    ports.processes.programs.delete('tar')
    await expect(tarball.check(object, ports)).rejects.toMatchObject({ code: 'tool_missing' })
  })
})
