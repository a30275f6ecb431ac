import { gzipSync, zstdCompressSync } from 'node:zlib'
import type { VersionPattern } from '@windlass/model'
import { ended } from '@windlass/platform/fakes'
import { describe, expect, it } from 'vitest'
import { armZImage, kernelText, uBootImage, uImage, x86Image } from './kernel-images.ts'
import { fakePorts } from './objects-fixture.ts'
import { regionOf } from './region.ts'
import { findVersion } from './versions.ts'

const kernel: VersionPattern = { kind: 'linux-kernel' }
const uBoot: VersionPattern = { kind: 'u-boot' }
const custom = (regexp: string, seek = 0): VersionPattern => ({ kind: 'regexp', regexp, seek, bufferSize: 64 })

async function versionIn(image: Uint8Array | string, pattern: VersionPattern, from = 0, ports = fakePorts()) {
  ports.files.put('/image', image)
  const region = await regionOf(await ports.files.open('/image', 'read'), from, null)
  return findVersion(pattern, region, ports)
}

describe('the version of a Linux kernel', () => {
  it.each([
    ['an ARM uImage', uImage('Linux-6.6.9-yocto'), '6.6.9-yocto'],
    ['a uImage whose name is only the version', uImage('5.10.110+gabc (arm)'), '5.10.110+gabc'],
    ['an ARM zImage with gzip inside', armZImage(gzipSync(kernelText('6.1.55'))), '6.1.55'],
    ['an ARM zImage with zstd inside', armZImage(zstdCompressSync(kernelText('6.12.1-rt4'))), '6.12.1-rt4'],
    ['an x86 bzImage', x86Image('6.6.9-v8', true), '6.6.9-v8'],
    ['an x86 zImage', x86Image('2.6.32', false), '2.6.32'],
  ])('is found in %s', async (_, image, version) => {
    expect(await versionIn(image, kernel)).toBe(version)
  })

  it('is found through a program where Node cannot unpack', async () => {
    const ports = fakePorts({ xz: () => ended({ output: kernelText('6.6.1') }) })
    const stream = Buffer.from([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0, 1, 2, 3])
    expect(await versionIn(armZImage(stream), kernel, 0, ports)).toBe('6.6.1')
  })

  it.each([
    ['a kernel compressed for a program that is not there', armZImage(Buffer.from([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0]))],
    ['a boot sector', x86Image('no version', true)],
    ['zeros', new Uint8Array(4096)],
    ['very little', new Uint8Array(3)],
    ['nothing', new Uint8Array(0)],
  ])('is not found in %s', async (_, image) => {
    expect(await versionIn(image, kernel)).toBeUndefined()
  })

  it('is looked for where the region begins', async () => {
    const image = Buffer.concat([new Uint8Array(1000), uImage('Linux-6.6.9')])
    expect(await versionIn(image, kernel)).toBeUndefined()
    expect(await versionIn(image, kernel, 1000)).toBe('6.6.9')
  })
})

describe('the version of U-Boot', () => {
  it.each([
    ['U-Boot 2024.01-rc3 (Jan 08 2024 - 15:37:48 +0000)', '2024.01-rc3'],
    ['U-Boot SPL 2013.10 (Dec 01 2013 - 10:00:00)', '2013.10'],
  ])('of %s', async (banner, version) => {
    expect(await versionIn(uBootImage(banner), uBoot)).toBe(version)
  })

  it('is not found where there is only its name', async () => {
    expect(await versionIn(uBootImage('U-Boot'), uBoot)).toBeUndefined()
  })
})

describe('a custom expression', () => {
  it('gives its first group, else the whole match', async () => {
    expect(await versionIn('App v2.4 end', custom('App v([0-9.]+)'))).toBe('2.4')
    expect(await versionIn('App v2.4 end', custom('v[0-9.]+'))).toBe('v2.4')
  })

  it('is searched from seek on', async () => {
    expect(await versionIn('v1 v2', custom('v([0-9])', 1))).toBe('2')
    expect(await versionIn('v1', custom('v([0-9])', 100))).toBeUndefined()
  })

  it('takes bytes as Latin-1', async () => {
    expect(await versionIn(new Uint8Array([0xff, 0xe9, 0x31]), custom('\\xe9(\\d)'))).toBe('1')
  })

  it.each([262_140, 262_144, 524_285, 786_430])('is found across a border between reads, at %i', async (at) => {
    const image = Buffer.alloc(1_000_000, 0x20)
    image.write('App version 12.34.56', at, 'latin1')
    expect(await versionIn(image, custom('App version ([0-9.]+)'))).toBe('12.34.56')
  })

  it('means the beginning of the search by ^, once', async () => {
    const image = Buffer.alloc(1_000_000, 0x61)
    expect(await versionIn(image, custom('^b'))).toBeUndefined()
    expect(await versionIn(image, custom('^a{3}'))).toBe('aaa')
    image.fill(0x62, 100)
    expect(await versionIn(image, custom('^b'))).toBeUndefined()
  })

  it('that would backtrack for ever is given up', async () => {
    await expect(versionIn('a'.repeat(50), custom('(a+)+b'))).rejects.toThrow('takes more than 1000 ms')
  })
})
