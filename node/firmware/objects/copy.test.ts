import { gzipSync } from 'node:zlib'
import type { CopyObject } from '@windlass/model'
import { ended } from '@windlass/platform/fakes'
import { describe, expect, it } from 'vitest'
import { copy } from './copy.ts'
import { copyObject, equalBytes, fakePorts, never, noProgress, placedAt, someBytes } from './objects-fixture.ts'

// Where the fake mounts /dev/slot: what its filesystem holds.
const root = '/run/windlass/on-dev-slot'
const stored = someBytes(5000)

function device(other: Partial<CopyObject> = {}, bytes = stored) {
  const tools = { mount: () => ended(), umount: () => ended(), 'mkfs.ext4': () => ended() }
  const ports = fakePorts(tools)
  ports.files.addDevice('/dev/slot', 1_000_000)
  ports.files.put(`${root}/boot/other`, 'x')
  const payload = placedAt(ports.files, bytes)
  const object = copyObject(bytes, other)
  return { ports, object, install: () => copy.install(object, payload, ports, noProgress, never) }
}

describe('copy', () => {
  it('puts the file there, mounted as the object says, and unmounts', async () => {
    const { ports, install } = device({ mountOptions: 'noatime,data=journal' })
    expect(await install()).toBe('installed')
    expect(equalBytes(ports.files.peek(`${root}/boot/zImage`), stored)).toBe(true)
    expect(ports.mounts.calls).toEqual([
      { source: '/dev/slot', folder: root, filesystem: 'ext4', options: 'noatime,data=journal' },
    ])
    expect(ports.mounts.mounted).toEqual([])
  })

  it('sets mode and owners, names taken from the running system', async () => {
    const { ports, install } = device({ targetMode: 0o4750, targetUid: 'daemon', targetGid: 7 })
    ports.processes.programs.set('getent', () => ended({ stdout: 'daemon:x:12:34::/:/bin/false\n' }))
    await install()
    expect((await ports.files.facts(`${root}/boot/zImage`))?.mode).toBe(0o4750)
    expect(ports.files.owner(`${root}/boot/zImage`)).toEqual({ uid: 12, gid: 7 })
  })

  it('reads /etc/group where there is no getent', async () => {
    const { ports, install } = device({ targetGid: 'disk' })
    ports.files.put('/etc/group', 'root:x:0:\ndisk:x:6:\n')
    await install()
    expect(ports.files.owner(`${root}/boot/zImage`)).toEqual({ uid: 0, gid: 6 })
  })

  it('E29 fails on a name that nobody has here, before anything is mounted', async () => {
    const { ports, install } = device({ targetUid: 'nobody-here' })
    ports.processes.programs.set('getent', () => ended({ code: 2 }))
    await expect(install()).rejects.toMatchObject({ code: 'install_failed' })
    expect(ports.mounts.calls).toEqual([])
  })

  it('leaves the old file whole, and nothing else, until the new one is', async () => {
    const { ports, install } = device()
    ports.files.put(`${root}/boot/zImage`, 'old', 0o600)
    ports.files.failNext('sync', 'EIO', `${root}/boot/.windlass-unfinished`)
    await expect(install()).rejects.toMatchObject({ code: 'install_failed' })
    expect(equalBytes(ports.files.peek(`${root}/boot/zImage`), Buffer.from('old'))).toBe(true)
    expect(await ports.files.list(`${root}/boot`)).toEqual(['other', 'zImage'])
    expect(ports.mounts.mounted).toEqual([])
  })

  it('keeps mode and owners of the file it replaces', async () => {
    const { ports, install } = device()
    ports.files.put(`${root}/boot/zImage`, 'old', 0o600)
    await ports.files.setOwner(`${root}/boot/zImage`, 3, 4)
    await install()
    expect((await ports.files.facts(`${root}/boot/zImage`))?.mode).toBe(0o600)
    expect(ports.files.owner(`${root}/boot/zImage`)).toEqual({ uid: 3, gid: 4 })
  })

  it('survives a power cut after any change: old or new, never a mix, and then installs', async () => {
    for (let cut = 1; cut < 16; cut++) {
      const { ports, install } = device()
      ports.files.put(`${root}/boot/zImage`, 'old')
      ports.files.cutPowerAfter(cut)
      await install().catch(() => undefined)
      ports.files.crash()
      const now = ports.files.peek(`${root}/boot/zImage`)
      expect(equalBytes(now, stored) || equalBytes(now, Buffer.from('old'))).toBe(true)
      ports.mounts.mounted.length = 0
      await install()
      ports.files.crash()
      expect(equalBytes(ports.files.peek(`${root}/boot/zImage`), stored)).toBe(true)
    }
  })

  it('removes the old file first only where both do not fit', async () => {
    const { ports, install } = device()
    ports.files.put(`${root}/boot/zImage`, someBytes(4000, 2))
    ports.files.capacity = 5150 + 1 + 4000 + 3000
    await install()
    expect(equalBytes(ports.files.peek(`${root}/boot/zImage`), stored)).toBe(true)
    ports.files.put(`${root}/boot/zImage`, 'small')
    ports.files.capacity = 5150 + 1 + 3000
    await expect(install()).rejects.toMatchObject({ code: 'no_space' })
    expect(equalBytes(ports.files.peek(`${root}/boot/zImage`), Buffer.from('small'))).toBe(true)
  })

  it('makes no folders', async () => {
    const { ports, install } = device({ targetPath: 'absent/zImage' })
    await expect(install()).rejects.toThrow('expected a folder /absent on /dev/slot')
    expect(ports.mounts.mounted).toEqual([])
  })

  it('follows symlinks inside of the filesystem and refuses those that lead out', async () => {
    const inner = device({ targetPath: 'link/zImage' })
    inner.ports.files.link(`${root}/link`, 'boot')
    await inner.install()
    expect(equalBytes(inner.ports.files.peek(`${root}/boot/zImage`), stored)).toBe(true)
    const outer = device({ targetPath: 'link/zImage' })
    outer.ports.files.put('/etc/other', 'x')
    outer.ports.files.link(`${root}/link`, '/etc')
    await expect(outer.install()).rejects.toThrow('leads out of the filesystem, to /etc')
    expect(await outer.ports.files.list('/etc')).toEqual(['other'])
  })

  it('unpacks, at most what was promised', async () => {
    const packed = gzipSync(stored)
    const right = device({ compressed: true, uncompressedSize: stored.length }, packed)
    await right.install()
    expect(equalBytes(right.ports.files.peek(`${root}/boot/zImage`), stored)).toBe(true)
    const wrong = device({ compressed: true, uncompressedSize: stored.length - 1 }, packed)
    await expect(wrong.install()).rejects.toMatchObject({ code: 'object_mismatch' })
    expect(await wrong.ports.files.list(`${root}/boot`)).toEqual(['other'])
  })

  it('formats before it mounts, so that a blank device is fine', async () => {
    const { ports, install } = device({
      format: true,
      formatOptions: `-L "my data" -N '32'`,
      unless: { by: 'content' },
    })
    ports.mounts.failure = new Error('wrong fs type')
    expect(await install()).toBe('installed')
    const args = ports.processes.calls.find(({ command }) => command === 'mkfs.ext4')?.args
    expect(args).toEqual(['-F', '-q', '-L', 'my data', '-N', '32', '/dev/slot'])
  })

  it('does not format what is the same already', async () => {
    const { ports, install } = device({ format: true, unless: { by: 'content' } })
    ports.files.put(`${root}/boot/zImage`, stored)
    expect(await install()).toBe('same')
    expect(ports.processes.calls).toEqual([])
  })

  it('installs where the file is missing, whatever the condition', async () => {
    const pattern = { kind: 'linux-kernel' } as const
    expect(await device({ unless: { by: 'version', version: '6.6', pattern } }).install()).toBe('installed')
    expect(await device({ unless: { by: 'content' } }).install()).toBe('installed')
  })

  it('unmounts first what a run before it left', async () => {
    const { ports, install } = device()
    for (const folder of ['/run/windlass/on-dev-other', root, root]) {
      ports.mounts.mounted.push({ device: '0:0', source: '/dev/x', folder, filesystem: 'ext4' })
    }
    await install()
    expect(ports.mounts.mounted).toEqual([])
  })

  it('mounts a file through a loop device', async () => {
    const { ports, object } = device({ target: '/images/a', mountOptions: 'noatime' })
    ports.files.put('/images/a', someBytes(10_000))
    ports.files.put('/run/windlass/on-images-a/boot/other', '')
    await copy.install(object, placedAt(ports.files, stored), ports, noProgress, never)
    expect(ports.mounts.calls[0]?.options).toBe('loop,noatime')
  })
})

describe('the check of copy', () => {
  const check = ({ ports, object }: ReturnType<typeof device>) => copy.check(object, ports)

  it.each(['../etc/passwd', 'boot/../../x', '', '.', 'boot/', '/boot/zImage', 'a\0b'])(
    'refuses the target path %j',
    async (targetPath) => {
      await expect(check(device({ targetPath }))).rejects.toMatchObject({ code: 'target_invalid' })
    },
  )

  it('asks for the programs it needs', async () => {
    await expect(check(device())).resolves.toBeUndefined()
    await expect(check(device({ format: true }))).resolves.toBeUndefined()
    await expect(check(device({ format: true, filesystem: 'xfs' }))).rejects.toMatchObject({ code: 'tool_missing' })
    await expect(check(device({ filesystem: 'ubifs' }))).rejects.toMatchObject({ code: 'target_invalid' })
  })

  it('D20 refuses what the device cannot hold', async () => {
    await expect(check(device({ size: 1_000_001 }))).rejects.toMatchObject({ code: 'no_space' })
  })

  it('takes a mounted device only when it is not to be formatted', async () => {
    const mounted = device()
    mounted.ports.mounts.mounted.push({ device: '7:1', source: '/dev/slot', folder: '/data', filesystem: 'ext4' })
    await expect(check(mounted)).resolves.toBeUndefined()
    const object = { ...mounted.object, format: true }
    await expect(copy.check(object, mounted.ports)).rejects.toMatchObject({ code: 'target_busy' })
  })
})
