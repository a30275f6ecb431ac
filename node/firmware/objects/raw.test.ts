import { gzipSync, zstdCompressSync } from 'node:zlib'
import type { RawObject } from '@windlass/model'
import { ended, type FakeCall } from '@windlass/platform/fakes'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { equalBytes, fakePorts, never, noProgress, placedAt, rawObject, someBytes } from './objects-fixture.ts'
import type { ObjectPorts, Payload } from './port.ts'
import { raw } from './raw.ts'

const MiB = 1024 * 1024

function install(object: RawObject, payload: Payload, ports: ObjectPorts, stop = never) {
  return raw.install(object, payload, ports, noProgress, stop)
}

/** A file as target, which upstream takes like a device. */
function withFile(old: Uint8Array, stored: Uint8Array, other: Partial<RawObject> = {}) {
  const ports = fakePorts()
  ports.files.put('/target', old)
  return { ports, payload: placedAt(ports.files, stored), object: rawObject(stored, { target: '/target', ...other }) }
}

function withDevice(size: number, old: Uint8Array, stored: Uint8Array, other: Partial<RawObject> = {}) {
  const ports = fakePorts()
  ports.files.addDevice('/dev/slot', size, old)
  return { ports, payload: placedAt(ports.files, stored), object: rawObject(stored, other) }
}

function written(ports: ReturnType<typeof fakePorts>, path: string) {
  return ports.files.operations.filter(({ op, path: where }) => op === 'write' && where === path)
}

describe('raw', () => {
  const old = someBytes(4096, 3)
  const stored = someBytes(2048)
  const blocks = { chunkSize: 128, truncate: false }

  it('D9 seek leaves the blocks before it as they are', async () => {
    const { ports, payload, object } = withFile(old, stored, { ...blocks, seek: 8 })
    expect(await install(object, payload, ports)).toBe('installed')
    expect(
      equalBytes(ports.files.peek('/target'), Buffer.concat([old.subarray(0, 1024), stored, old.subarray(3072)])),
    ).toBe(true)
  })

  it('D10 skip takes the payload from a later block on', async () => {
    const { ports, payload, object } = withFile(old, stored, { ...blocks, skip: 8 })
    await install(object, payload, ports)
    expect(equalBytes(ports.files.peek('/target'), Buffer.concat([stored.subarray(1024), old.subarray(1024)]))).toBe(
      true,
    )
  })

  it('D11 count takes so many blocks', async () => {
    const { ports, payload, object } = withFile(old, stored, { ...blocks, count: 8 })
    await install(object, payload, ports)
    expect(equalBytes(ports.files.peek('/target'), Buffer.concat([stored.subarray(0, 1024), old.subarray(1024)]))).toBe(
      true,
    )
  })

  it('D12 truncate ends a longer file where the payload ends', async () => {
    const { ports, payload, object } = withFile(old, stored)
    await install(object, payload, ports)
    expect(equalBytes(ports.files.peek('/target'), stored)).toBe(true)
  })

  it('truncate with seek leaves zeros before, as a file opened with O_TRUNC', async () => {
    const { ports, payload, object } = withFile(old, stored, { chunkSize: 128, seek: 2 })
    await install(object, payload, ports)
    expect(equalBytes(ports.files.peek('/target'), Buffer.concat([new Uint8Array(256), stored]))).toBe(true)
  })

  it.each([
    ['gzip', gzipSync],
    ['zstd', zstdCompressSync],
  ])('D13 writes the unpacked bytes of a %s payload', async (_, compress) => {
    const plain = someBytes(3 * MiB + 17)
    const { ports, payload, object } = withFile(old, compress(plain), {
      compressed: true,
      uncompressedSize: plain.length,
    })
    await install(object, payload, ports)
    expect(equalBytes(ports.files.peek('/target'), plain)).toBe(true)
  })

  it('D13 feeds an xz payload through the program', async () => {
    const packed = Buffer.concat([Buffer.from([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0]), someBytes(100)])
    const { ports, payload, object } = withFile(old, packed, { compressed: true })
    const program = ({ input }: FakeCall) => ended({ code: input.length === packed.length ? 0 : 1, output: stored })
    ports.processes.programs.set('xz', program)
    await install(object, payload, ports)
    expect(equalBytes(ports.files.peek('/target'), stored)).toBe(true)
  })

  it('D15 leaves a target that already holds the content untouched', async () => {
    const { ports, payload, object } = withFile(stored, stored, { unless: { by: 'content' } })
    expect(await install(object, payload, ports)).toBe('same')
    expect(written(ports, '/target')).toEqual([])
  })

  it('D15 compares only the bytes it would write of a longer device', async () => {
    const { ports, payload, object } = withDevice(8192, Buffer.concat([new Uint8Array(256), stored]), stored, {
      chunkSize: 128,
      seek: 2,
      unless: { by: 'content' },
    })
    expect(await install(object, payload, ports)).toBe('same')
  })

  it('D16 installs where the version differs and not where it is the same', async () => {
    const pattern = { kind: 'regexp', regexp: 'App v([0-9.]+)', seek: 0, bufferSize: 16 } as const
    const present = Buffer.from('\0\0App v2.4\0 rest')
    for (const [version, outcome] of [
      ['2.4', 'same'],
      ['2.5', 'installed'],
    ]) {
      const { ports, payload, object } = withFile(present, stored, {
        unless: { by: 'version', version: version ?? '', pattern },
      })
      expect(await install(object, payload, ports)).toBe(outcome)
    }
  })

  it('does not take the version of its neighbour on the same device', async () => {
    const neighbour = Buffer.concat([new Uint8Array(4096), Buffer.from('App v2.4')])
    const pattern = { kind: 'regexp', regexp: 'App v([0-9.]+)', seek: 0, bufferSize: null } as const
    const { ports, payload, object } = withDevice(8192, neighbour, stored, {
      unless: { by: 'version', version: '2.4', pattern },
    })
    expect(await install(object, payload, ports)).toBe('installed')
  })

  it('writes only the 64 KiB blocks that differ, and what is new at the end', async () => {
    const next = someBytes(3 * MiB + 100)
    const present = next.slice(0, 2 * MiB)
    present[MiB + 5] = (present[MiB + 5] ?? 0) ^ 1
    const { ports, payload, object } = withFile(present, next)
    await install(object, payload, ports)
    expect(equalBytes(ports.files.peek('/target'), next)).toBe(true)
    expect(written(ports, '/target').map(({ at, bytes }) => [at, bytes])).toEqual([
      [MiB, 65536],
      [2 * MiB, MiB],
      [3 * MiB, 100],
    ])
  })

  it('writes nothing at all the second time', async () => {
    const { ports, payload, object } = withDevice(4 * MiB, old, someBytes(3 * MiB))
    await install(object, payload, ports)
    const before = written(ports, '/dev/slot').length
    await install(object, payload, ports)
    expect(written(ports, '/dev/slot').length).toBe(before)
  })

  it('is on the disk when it returns', async () => {
    const { ports, payload, object } = withDevice(4 * MiB, old, someBytes(3 * MiB))
    await install(object, payload, ports)
    ports.files.crash()
    expect(equalBytes(ports.files.peek('/dev/slot').subarray(0, 3 * MiB), someBytes(3 * MiB))).toBe(true)
  })

  it('refuses a payload that changed after it was verified, also in blocks it does not take', async () => {
    const { ports, payload, object } = withFile(old, stored, { chunkSize: 128, count: 1 })
    const changed = { ...object, sha256sum: rawObject(someBytes(2048, 9)).sha256sum }
    await expect(install(changed, payload, ports)).rejects.toMatchObject({ code: 'object_mismatch' })
  })

  it('says that a spoilt compressed payload has changed, not that it cannot be unpacked', async () => {
    const good = gzipSync(someBytes(MiB))
    const spoilt = Buffer.from(good)
    spoilt.fill(0xee, 1000, 2000)
    const { ports, payload, object } = withFile(old, spoilt, { compressed: true })
    await expect(install(object, payload, ports)).rejects.toMatchObject({ code: 'install_failed' })
    const other = { ...object, sha256sum: rawObject(good).sha256sum }
    await expect(install(other, payload, ports)).rejects.toMatchObject({ code: 'object_mismatch' })
  })

  it('stops unpacking at the promised size', async () => {
    const bomb = gzipSync(new Uint8Array(4 * MiB))
    const { ports, payload, object } = withFile(old, bomb, { compressed: true, uncompressedSize: 1000 })
    await expect(install(object, payload, ports)).rejects.toMatchObject({ code: 'object_mismatch' })
  })

  it('stops unpacking at the end of the device where no size was promised', async () => {
    const { ports, payload, object } = withDevice(MiB, old, gzipSync(new Uint8Array(4 * MiB)), { compressed: true })
    await expect(install(object, payload, ports)).rejects.toMatchObject({ code: 'no_space' })
  })

  it('calls a full disk no_space and any other fault install_failed', async () => {
    for (const [fault, code] of [
      ['ENOSPC', 'no_space'],
      ['EIO', 'install_failed'],
    ]) {
      const { ports, payload, object } = withFile(old, stored)
      ports.files.failNext('write', fault ?? '', '/target')
      await expect(install(object, payload, ports)).rejects.toMatchObject({ code })
    }
  })

  it('stops when told to, with the reason given', async () => {
    const { ports, payload, object } = withFile(old, someBytes(4 * MiB))
    const stop = new AbortController()
    const reason = new Error('cancelled')
    const told = (done: number) => done >= MiB && stop.abort(reason)
    await expect(raw.install(object, payload, ports, told, stop.signal)).rejects.toBe(reason)
  })

  it('survives a power cut after any write: the next install ends with the new content', async () => {
    const next = someBytes(200_000)
    for (let cut = 1; cut < 12; cut++) {
      const { ports, payload, object } = withDevice(MiB, someBytes(MiB, 5), next)
      ports.files.cutPowerAfter(cut)
      await install(object, payload, ports).catch(() => undefined)
      ports.files.crash()
      await install(object, payload, ports)
      ports.files.crash()
      expect(equalBytes(ports.files.peek('/dev/slot').subarray(0, next.length), next)).toBe(true)
    }
  })

  it('does what dd does, whatever the blocks', async () => {
    const small = fc.nat(12)
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 2, max: 300 }), small, small, fc.option(small), fc.nat(3000), async (...o) => {
        const [chunkSize, skip, seek, count, length] = o
        const fresh = someBytes(length)
        const { ports, payload, object } = withFile(old, fresh, { chunkSize, skip, seek, count, truncate: false })
        await install(object, payload, ports)
        const part = fresh.subarray(skip * chunkSize, count === null ? undefined : (skip + count) * chunkSize)
        const whole = Buffer.alloc(Math.max(old.length, part.length > 0 ? seek * chunkSize + part.length : 0))
        whole.set(old)
        whole.set(part, part.length > 0 ? seek * chunkSize : 0)
        expect(equalBytes(ports.files.peek('/target'), whole)).toBe(true)
      }),
    )
  })
})

describe('the check of raw', () => {
  const stored = someBytes(2048)

  it('D18 refuses an MTD name', async () => {
    const { ports, object } = withFile(stored, stored, { targetType: 'mtdname', target: 'rootfs' })
    await expect(raw.check(object, ports)).rejects.toMatchObject({ code: 'target_invalid' })
  })

  it('D19 refuses a target that is not there or write-protected', async () => {
    const { ports, object } = withFile(stored, stored, { target: '/dev/absent' })
    await expect(raw.check(object, ports)).rejects.toMatchObject({ code: 'target_invalid' })
    ports.files.put('/protected', stored, 0o444)
    await expect(raw.check({ ...object, target: '/protected' }, ports)).rejects.toMatchObject({
      code: 'target_invalid',
    })
  })

  it('D20 refuses what does not fit', async () => {
    const { ports, object } = withDevice(1024, new Uint8Array(), stored)
    await expect(raw.check(object, ports)).rejects.toMatchObject({ code: 'no_space' })
    await expect(raw.check({ ...object, chunkSize: 128, count: 8 }, ports)).resolves.toBeUndefined()
    await expect(raw.check({ ...object, chunkSize: 128, count: 8, seek: 1 }, ports)).rejects.toMatchObject({
      code: 'no_space',
    })
    const file = withFile(stored, stored)
    await expect(raw.check({ ...file.object, size: 2 ** 40 }, file.ports)).rejects.toMatchObject({ code: 'no_space' })
  })

  it('takes the promised size of a compressed object, or none', async () => {
    const { ports, object } = withDevice(1024, new Uint8Array(), stored, { compressed: true })
    await expect(raw.check(object, ports)).resolves.toBeUndefined()
    await expect(raw.check({ ...object, uncompressedSize: 4096 }, ports)).rejects.toMatchObject({ code: 'no_space' })
  })

  it('asks for the program that the file name calls for', async () => {
    const { ports, object } = withDevice(4096, new Uint8Array(), stored, {
      compressed: true,
      filename: 'rootfs.img.xz',
    })
    await expect(raw.check(object, ports)).rejects.toMatchObject({ code: 'tool_missing' })
    await expect(raw.check({ ...object, filename: 'rootfs.img.gz' }, ports)).resolves.toBeUndefined()
  })

  it('writes nothing', async () => {
    const { ports, object } = withDevice(4096, new Uint8Array(), stored, { unless: { by: 'content' } })
    await raw.check(object, ports)
    expect(written(ports, '/dev/slot')).toEqual([])
  })
})
