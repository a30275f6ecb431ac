import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import type { RawObject } from '@windlass/model'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Bench, run, whyNoLoop, withTools } from './loop-devices.ts'
import { equalBytes, never, noProgress, rawObject, someBytes } from './objects-fixture.ts'
import { raw } from './raw.ts'

const MiB = 1024 * 1024
const why = whyNoLoop()

function filter(command: string, bytes: Uint8Array, folder: string): Uint8Array {
  const path = join(folder, 'plain')
  writeFileSync(path, bytes)
  run('sh', '-c', `${command} -1 -c ${path} > ${path}.packed`)
  return readFileSync(`${path}.packed`)
}

/** Sectors written to a device since it was made. */
function sectorsWritten(device: string): number {
  return Number(
    readFileSync(`/sys/class/block/${device.replace('/dev/', '')}/stat`, 'utf8')
      .trim()
      .split(/\s+/)[6],
  )
}

describe.skipIf(why !== '')(`raw on a loop device${why && ` (skipped: ${why})`}`, () => {
  let bench: Bench
  let device: string
  beforeEach(() => {
    bench = new Bench()
    device = bench.device(16 * MiB)
  })
  afterEach(() => bench.close())

  const install = (stored: Uint8Array, other: Partial<RawObject> = {}, stop = never) => {
    const object = rawObject(stored, { target: device, ...other })
    return raw.install(object, bench.payload(stored), bench.ports, noProgress, stop)
  }
  const content = (from: number, size: number) => readFileSync(device).subarray(from, from + size)

  it('D9 D10 D11 writes the blocks taken where they belong and no others', async () => {
    const old = someBytes(16 * MiB, 5)
    writeFileSync(device, old)
    const stored = someBytes(3 * MiB)
    await install(stored, { chunkSize: 4096, skip: 10, seek: 1000, count: 500 })
    const expected = Buffer.from(old)
    expected.set(stored.subarray(40_960, 40_960 + 2_048_000), 4_096_000)
    expect(equalBytes(readFileSync(device), expected)).toBe(true)
  })

  const compressors = withTools(['gzip', 'zstd', 'xz', 'bzip2', 'lz4'], (name) => name)
  for (const [tool, missing] of compressors)
    it.skipIf(missing !== '')(`D13 unpacks ${tool}${missing}`, () => unpacks(tool))
  const unpacks = async (tool: string) => {
    const plain = Buffer.concat([someBytes(MiB), new Uint8Array(5 * MiB), someBytes(12_345)])
    const packed = { gzip: () => gzipSync(plain), zstd: () => zstdCompressSync(plain) }[tool]
    const stored = packed?.() ?? filter(tool, plain, bench.folder)
    await install(stored, { compressed: true, uncompressedSize: plain.length })
    expect(equalBytes(content(0, plain.length), plain)).toBe(true)
  }

  it('D13 says which program is missing', async () => {
    const stored = Buffer.from([0x89, 0x4c, 0x5a, 0x4f, 0, 1, 2, 3])
    const failed = install(stored, { compressed: true })
    if (await bench.ports.processes.find('lzop')) await expect(failed).rejects.toMatchObject({ code: 'install_failed' })
    else await expect(failed).rejects.toMatchObject({ code: 'tool_missing' })
  })

  it('D15 writes nothing onto a device that holds it already', async () => {
    const stored = someBytes(4 * MiB)
    writeFileSync(device, Buffer.concat([stored, someBytes(12 * MiB, 2)]))
    run('sync')
    const before = sectorsWritten(device)
    expect(await install(stored, { unless: { by: 'content' } })).toBe('same')
    expect(await install(stored)).toBe('installed')
    expect(sectorsWritten(device)).toBe(before)
  })

  it('writes to the device only what differs', async () => {
    const stored = someBytes(8 * MiB)
    const old = Buffer.from(stored)
    old.fill(0, 3 * MiB, 3 * MiB + 10)
    writeFileSync(device, old)
    run('sync')
    const before = sectorsWritten(device)
    await install(stored)
    expect((sectorsWritten(device) - before) * 512).toBe(65_536)
    expect(equalBytes(content(0, stored.length), stored)).toBe(true)
  })

  it('D12 cuts a file where the payload ends', async () => {
    const target = join(bench.folder, 'target')
    writeFileSync(target, someBytes(9000, 3))
    await install(someBytes(5000), { target })
    expect(equalBytes(readFileSync(target), someBytes(5000))).toBe(true)
    const inode = statSync(target).ino
    await install(someBytes(7000), { target })
    expect(statSync(target)).toMatchObject({ size: 7000, ino: inode })
  })

  it('D20 refuses what is longer than the device, and stops at its end when it is not known before', async () => {
    const object = rawObject(someBytes(10), { target: device, size: 17 * MiB })
    await expect(raw.check(object, bench.ports)).rejects.toMatchObject({ code: 'no_space' })
    const bomb = gzipSync(new Uint8Array(40 * MiB))
    await expect(install(bomb, { compressed: true })).rejects.toMatchObject({ code: 'no_space' })
  })

  it('fails with no_space on a full disk', async () => {
    run('mkfs.ext4', '-q', '-m', '0', device)
    const { folder } = bench.mount(device)
    writeFileSync(join(folder, 'target'), 'x')
    const failed = install(someBytes(20 * MiB), { target: join(folder, 'target') })
    await expect(failed).rejects.toMatchObject({ code: 'no_space' })
  })

  it('refuses a mounted device, a loop device beneath a mount, and the root', async () => {
    run('mkfs.ext4', '-q', device)
    const { folder, unmount } = bench.mount(device)
    const object = rawObject(someBytes(100), { target: device })
    await expect(raw.check(object, bench.ports)).rejects.toThrow(`mounted on ${folder}`)
    await expect(install(someBytes(100))).rejects.toMatchObject({ code: 'target_busy' })
    const image = rawObject(someBytes(100), { target: join(bench.folder, 'disk') })
    await expect(raw.check(image, bench.ports)).rejects.toMatchObject({ code: 'target_busy' })
    unmount()
    await expect(raw.check(object, bench.ports)).resolves.toBeUndefined()
    await expect(raw.check(image, bench.ports)).resolves.toBeUndefined()
    const root = run('findmnt', '-n', '-o', 'SOURCE', '/')
    await expect(raw.check({ ...object, target: root }, bench.ports)).rejects.toMatchObject({
      code: expect.stringMatching(/^target_/),
    })
  })

  it('ends right when it was stopped in the middle and is done again', async () => {
    const stored = someBytes(12 * MiB)
    const stop = new AbortController()
    const object = rawObject(stored, { target: device })
    const half = (done: number) => done > 6 * MiB && stop.abort(new Error('power'))
    await expect(raw.install(object, bench.payload(stored), bench.ports, half, stop.signal)).rejects.toThrow('power')
    expect(equalBytes(content(0, stored.length), stored)).toBe(false)
    await install(stored)
    expect(equalBytes(content(0, stored.length), stored)).toBe(true)
  })

  it('takes a device by a symlink, as udev makes them', async () => {
    const link = join(bench.folder, 'by-label')
    run('ln', '-s', device, link)
    await install(someBytes(1000), { target: link })
    expect(equalBytes(content(0, 1000), someBytes(1000))).toBe(true)
  })
})
