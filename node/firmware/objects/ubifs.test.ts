import { gzipSync, zstdCompressSync } from 'node:zlib'
import type { UbifsObject } from '@windlass/model'
import { describe, expect, it } from 'vitest'
import { FakeUbi } from './fake-flash.ts'
import { equalBytes, fakePorts, never, noProgress, placedAt, rawObject, someBytes } from './objects-fixture.ts'
import type { Payload } from './port.ts'
import { ubifs } from './ubifs.ts'

const plain = someBytes(150_000)

function board() {
  const ports = fakePorts()
  const first = new FakeUbi(ports.files, 0, 3, { config: 2 })
  const ubi = new FakeUbi(ports.files, 12, 4, { data: 2, rootfs: 10 })
  ports.processes.programs.set('ubinfo', (call) => {
    const how = first.ubinfo(call)
    return how.code === 0 ? how : ubi.ubinfo(call)
  })
  ports.processes.programs.set('ubiupdatevol', (call) => ubi.ubiupdatevol(call))
  return { ...ports, ubi }
}

function ubifsObject(stored: Uint8Array, other: Partial<UbifsObject> = {}): UbifsObject {
  const { filename, size, sha256sum } = rawObject(stored)
  const object = { mode: 'ubifs', filename, size, sha256sum, targetType: 'ubivolume', target: 'rootfs' } as const
  return { ...object, compressed: false, uncompressedSize: 0, ...other }
}

const install = (object: UbifsObject, payload: Payload, ports: ReturnType<typeof board>) =>
  ubifs.install(object, payload, ports, noProgress, never)
const updates = ({ processes }: ReturnType<typeof board>) =>
  processes.calls.filter(({ command }) => command === 'ubiupdatevol').map(({ args }) => args.join(' '))
const volume = ({ files }: ReturnType<typeof board>) => files.peek('/dev/ubi12_1').subarray(0, plain.length)

describe('ubifs', () => {
  it('finds the volume by name on any device and tells the program how much will come', async () => {
    const ports = board()
    expect(await install(ubifsObject(plain), placedAt(ports.files, plain), ports)).toBe('installed')
    expect(updates(ports)).toEqual([`/dev/ubi12_1 -s ${plain.length} -`])
    expect(equalBytes(volume(ports), plain)).toBe(true)
    expect(ports.ubi.corrupt).toEqual(new Set())
  })

  it.each([
    ['gzip, its size known', gzipSync, plain.length],
    ['zstd, its size not known', zstdCompressSync, 0],
  ])('D13 unpacks %s', async (_, compress, uncompressedSize) => {
    const ports = board()
    const stored = compress(plain)
    await install(ubifsObject(stored, { compressed: true, uncompressedSize }), placedAt(ports.files, stored), ports)
    expect(updates(ports)).toEqual([`/dev/ubi12_1 -s ${plain.length} -`])
    expect(equalBytes(volume(ports), plain)).toBe(true)
  })

  it('takes a volume given as a device, on that device only', async () => {
    const ports = board()
    const as = (target: string) => ubifs.check(ubifsObject(plain, { targetType: 'device', target }), ports)
    await expect(as('ubi12:rootfs')).resolves.toBeUndefined()
    await expect(as('ubi0:rootfs')).rejects.toMatchObject({ code: 'target_invalid' })
    await expect(as('ubi:rootfs')).rejects.toMatchObject({ code: 'target_invalid' })
    await expect(as('/dev/ubi12_1')).rejects.toThrow('expected target-type ubivolume, got device')
  })

  it('never gives the program all of a payload that changed', async () => {
    const ports = board()
    const spoilt = placedAt(ports.files, someBytes(plain.length, 5))
    await expect(install(ubifsObject(plain), spoilt, ports)).rejects.toMatchObject({ code: 'object_mismatch' })
    expect(updates(ports)).toEqual([])
  })

  it('refuses a payload that unpacks to another size than promised', async () => {
    const ports = board()
    const stored = gzipSync(plain)
    for (const uncompressedSize of [plain.length - 1, plain.length + 1]) {
      const object = ubifsObject(stored, { compressed: true, uncompressedSize })
      const refused = install(object, placedAt(ports.files, stored), ports)
      await expect(refused).rejects.toMatchObject({ code: 'object_mismatch' })
    }
  })

  it('D20 refuses what the volume has no room for, also when it shows only by unpacking', async () => {
    const ports = board()
    const large = new Uint8Array(200_000)
    await expect(ubifs.check(ubifsObject(large), ports)).rejects.toMatchObject({ code: 'no_space' })
    const stored = gzipSync(large)
    const object = ubifsObject(stored, { compressed: true })
    const refused = install(object, placedAt(ports.files, stored), ports)
    await expect(refused).rejects.toMatchObject({ code: 'no_space' })
    expect(updates(ports)).toEqual([])
  })

  it.each(['ubi12:rootfs', 'ubi12!rootfs', 'ubi12_1', '/dev/ubi12_1', '/dev/ubiblock12_1'])(
    'is busy when mounted as %s',
    async (source) => {
      const ports = board()
      ports.mounts.mounted.push({ device: '0:20', source, folder: '/', filesystem: 'ubifs' })
      await expect(ubifs.check(ubifsObject(plain), ports)).rejects.toMatchObject({ code: 'target_busy' })
    },
  )

  it('is free when only its sibling is mounted', async () => {
    const ports = board()
    ports.mounts.mounted.push({ device: '0:20', source: 'ubi12:data', folder: '/', filesystem: 'ubifs' })
    await expect(ubifs.check(ubifsObject(plain), ports)).resolves.toBeUndefined()
  })

  it('needs its programs and a volume of that name', async () => {
    const ports = board()
    await expect(ubifs.check(ubifsObject(plain, { target: 'absent' }), ports)).rejects.toThrow(
      'found none on ubi0, ubi12',
    )
    ports.processes.programs.delete('ubiupdatevol')
    await expect(ubifs.check(ubifsObject(plain), ports)).rejects.toMatchObject({ code: 'tool_missing' })
  })
})
