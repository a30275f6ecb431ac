import {
  chmodSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import type { CopyObject, TarballObject } from '@windlass/model'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { copy } from './copy.ts'
import { armZImage, kernelText, x86Image } from './kernel-images.ts'
import { Bench, run, whyNoLoop, withTools } from './loop-devices.ts'
import { copyObject, equalBytes, never, noProgress, someBytes, tarballObject } from './objects-fixture.ts'
import { tarball } from './tarball.ts'

const MiB = 1024 * 1024
const why = whyNoLoop()

describe.skipIf(why !== '')(`on real filesystems${why && ` (skipped: ${why})`}`, () => {
  let bench: Bench
  let device: string
  beforeEach(() => {
    bench = new Bench()
    device = bench.device(64 * MiB)
    run('mkfs.ext4', '-q', device)
    bench.look(device, (folder) => mkdirSync(join(folder, 'boot')))
  })
  afterEach(() => {
    expect(readFileSync('/proc/self/mountinfo', 'utf8')).not.toContain(bench.ports.scratch)
    bench.close()
  })

  const place = async (stored: Uint8Array, other: Partial<CopyObject> = {}) => {
    const object = copyObject(stored, { target: device, ...other })
    await copy.check(object, bench.ports)
    return copy.install(object, bench.payload(stored), bench.ports, noProgress, never)
  }
  const unpack = async (stored: Uint8Array, other: Partial<TarballObject> = {}) => {
    const object = tarballObject(stored, { target: device, ...other })
    await tarball.check(object, bench.ports)
    return tarball.install(object, bench.payload(stored), bench.ports, noProgress, never)
  }

  describe('copy', () => {
    const stored = someBytes(3 * MiB + 5)

    it('puts a file with its mode and owners', async () => {
      await place(stored, { targetMode: 0o4751, targetUid: 'daemon', targetGid: 4242 })
      bench.look(device, (folder) => {
        const path = join(folder, 'boot/zImage')
        expect(equalBytes(readFileSync(path), stored)).toBe(true)
        const daemon = Number(run('id', '-u', 'daemon'))
        expect(statSync(path)).toMatchObject({ mode: 0o104751, uid: daemon, gid: 4242 })
        expect(readdirSync(join(folder, 'boot'))).toEqual(['zImage'])
      })
    })

    it('E29 fails plainly on an unknown name', async () => {
      await expect(place(stored, { targetUid: 'nobody-of-that-name' })).rejects.toThrow('nobody-of-that-name')
    })

    const filesystems = withTools(['ext2', 'ext3', 'ext4', 'xfs', 'btrfs'], (name) => `mkfs.${name}`)
    for (const [filesystem, missing] of filesystems) {
      it.skipIf(missing !== '')(`formats a blank device as ${filesystem} first${missing}`, () => formats(filesystem))
    }
    const formats = async (filesystem: string) => {
      const blank = bench.device(320 * MiB, 'blank')
      const formatOptions = '-L fresh'
      await place(stored, { target: blank, filesystem, format: true, formatOptions, targetPath: 'zImage' })
      await place(stored, { target: blank, filesystem, format: true, formatOptions, targetPath: 'again' })
      const names = bench.look(
        blank,
        (folder) => readdirSync(folder).filter((name) => name !== 'lost+found'),
        filesystem,
      )
      expect(names).toEqual(['again'])
      expect(run('blkid', '-o', 'value', '-s', 'LABEL', blank)).toBe('fresh')
    }

    it('W13 hands generic mount options to the kernel as flags', async () => {
      await place(stored, { mountOptions: 'noatime,nodiscard' })
      await expect(place(stored, { mountOptions: 'ro' })).rejects.toMatchObject({ code: 'install_failed' })
    })

    it('installs by content or version only where it differs', async () => {
      const content = { by: 'content' } as const
      expect(await place(stored, { unless: content })).toBe('installed')
      expect(await place(stored, { unless: content })).toBe('same')
      const kernel = x86Image('6.6.9', true)
      const version = { by: 'version', version: '6.6.9', pattern: { kind: 'linux-kernel' } } as const
      expect(await place(kernel, { unless: version })).toBe('installed')
      expect(await place(kernel, { unless: version })).toBe('same')
      const packed = armZImage(gzipSync(kernelText('6.6.9')))
      await place(packed)
      expect(await place(kernel, { unless: version })).toBe('same')
    })

    it('unpacks', async () => {
      await place(gzipSync(stored), { compressed: true, uncompressedSize: stored.length })
      bench.look(device, (folder) => expect(equalBytes(readFileSync(join(folder, 'boot/zImage')), stored)).toBe(true))
    })

    it('leaves the old file on a full disk', async () => {
      await place(Buffer.from('old'))
      await expect(place(gzipSync(someBytes(100 * MiB)).subarray(0, 60 * MiB))).rejects.toMatchObject({
        code: 'no_space',
      })
      bench.look(device, (folder) => {
        expect(readFileSync(join(folder, 'boot/zImage'), 'utf8')).toBe('old')
        expect(readdirSync(join(folder, 'boot'))).toEqual(['zImage'])
      })
    })

    it('replaces a file that leaves no room for a second one', async () => {
      await place(someBytes(40 * MiB, 2))
      await place(someBytes(41 * MiB, 3))
      bench.look(device, (folder) => expect(statSync(join(folder, 'boot/zImage')).size).toBe(41 * MiB))
    })

    it('refuses a symlink that leads out of the filesystem', async () => {
      bench.look(device, (folder) => symlinkSync('../../../../../../tmp', join(folder, 'out')))
      await expect(place(stored, { targetPath: 'out/zImage' })).rejects.toThrow('leads out of the filesystem')
    })

    it('writes into the image that a plain file holds', async () => {
      const image = join(bench.folder, 'image')
      run('mkfs.ext4', '-q', image, '16M')
      await place(stored, { target: image, targetPath: 'zImage' })
      expect(run('debugfs', '-R', 'stat zImage', image)).toContain(`Size: ${stored.length}`)
    })

    it('unmounts what a killed run left, and ends right', async () => {
      const left = join(bench.ports.scratch, 'on-dev-left')
      run('mkdir', '-p', left)
      run('mount', device, left)
      await place(stored)
      bench.look(device, (folder) => expect(statSync(join(folder, 'boot/zImage')).size).toBe(stored.length))
    })

    it('unmounts when it is stopped, and does it all again the next time', async () => {
      const stop = new AbortController()
      const object = copyObject(stored, { target: device })
      const early = () => stop.abort(new Error('power'))
      const stopped = copy.install(object, bench.payload(stored), bench.ports, early, stop.signal)
      await expect(stopped).rejects.toThrow('power')
      bench.look(device, (folder) => expect(readdirSync(join(folder, 'boot'))).toEqual([]))
      await place(stored)
    })
  })

  describe('tarball', () => {
    /** A small root filesystem, packed by the system's tar. */
    function archive(fill: (folder: string) => void = () => undefined): Uint8Array {
      const tree = join(bench.folder, 'tree')
      mkdirSync(join(tree, 'usr/bin'), { recursive: true })
      writeFileSync(join(tree, 'usr/bin/app'), someBytes(100_000))
      chmodSync(join(tree, 'usr/bin/app'), 0o4755)
      run('chown', '1234:5678', join(tree, 'usr/bin/app'))
      chmodSync(join(tree, 'usr/bin/app'), 0o4755)
      symlinkSync('/run', join(tree, 'run-link'))
      run('ln', join(tree, 'usr/bin/app'), join(tree, 'usr/bin/same'))
      run('mknod', join(tree, 'null'), 'c', '1', '3')
      fill(tree)
      const path = join(bench.folder, 'tree.tar')
      run('tar', '--xattrs', '--numeric-owner', '-cf', path, '-C', tree, '.')
      return readFileSync(path)
    }

    it.each(['plain', 'gzip'])('unpacks a %s archive with owners, modes, links and devices', async (kind) => {
      const tar = archive()
      await unpack(kind === 'gzip' ? gzipSync(tar) : tar)
      bench.look(device, (folder) => {
        const app = statSync(join(folder, 'usr/bin/app'))
        expect(app).toMatchObject({ mode: 0o104755, uid: 1234, gid: 5678, size: 100_000, nlink: 2 })
        expect(readlinkSync(join(folder, 'run-link'))).toBe('/run')
        expect(lstatSync(join(folder, 'null')).isCharacterDevice()).toBe(true)
        expect(readdirSync(join(folder, 'boot'))).toEqual([])
      })
    })

    it('formats first when told to, and makes the folder it unpacks into', async () => {
      await unpack(archive(), { format: true, targetPath: 'opt/app' })
      bench.look(device, (folder) => {
        expect(readdirSync(folder).sort()).toEqual(['lost+found', 'opt'])
        expect(statSync(join(folder, 'opt/app/usr/bin/app')).size).toBe(100_000)
      })
    })

    it('keeps a symlink to a folder, as of a merged /usr', async () => {
      bench.look(device, (folder) => {
        mkdirSync(join(folder, 'usr/bin'), { recursive: true })
        symlinkSync('usr/bin', join(folder, 'bin'))
      })
      await unpack(
        archive((tree) => {
          mkdirSync(join(tree, 'bin'))
          writeFileSync(join(tree, 'bin/tool'), 'x')
        }),
      )
      bench.look(device, (folder) => {
        expect(readlinkSync(join(folder, 'bin'))).toBe('usr/bin')
        expect(readdirSync(join(folder, 'usr/bin')).sort()).toEqual(['app', 'same', 'tool'])
      })
    })

    it('never writes through a symlink that leads out', async () => {
      const outside = join(bench.folder, 'outside')
      mkdirSync(outside)
      bench.look(device, (folder) => symlinkSync(outside, join(folder, 'etc')))
      const tar = archive((tree) => {
        mkdirSync(join(tree, 'etc'))
        writeFileSync(join(tree, 'etc/passwd'), 'x')
      })
      await expect(unpack(tar)).rejects.toThrow('leads out of the filesystem')
      expect(readdirSync(outside)).toEqual([])
    })

    it('says no_space when the filesystem is full', async () => {
      const tar = archive((tree) => writeFileSync(join(tree, 'large'), new Uint8Array(80 * MiB)))
      await expect(unpack(gzipSync(tar))).rejects.toMatchObject({ code: 'no_space' })
    })

    it('ends right when it was stopped in the middle and is done again', async () => {
      const tar = archive((tree) => writeFileSync(join(tree, 'large'), someBytes(30 * MiB)))
      const object = tarballObject(tar, { target: device })
      const stop = new AbortController()
      const half = (done: number) => done > 15 * MiB && stop.abort(new Error('power'))
      const stopped = tarball.install(object, bench.payload(tar), bench.ports, half, stop.signal)
      await expect(stopped).rejects.toThrow('power')
      await unpack(tar)
      const intact = (folder: string) => equalBytes(readFileSync(join(folder, 'large')), someBytes(30 * MiB))
      expect(bench.look(device, intact)).toBe(true)
    })
  })
})
