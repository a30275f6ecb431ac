import type { FlashObject } from '@windlass/model'
import { ended } from '@windlass/platform/fakes'
import { describe, expect, it } from 'vitest'
import { type FakeMtd, FakeUbi, flashTools, putMtds } from './fake-flash.ts'
import { flash } from './flash.ts'
import { equalBytes, fakePorts, never, noProgress, placedAt, rawObject, someBytes } from './objects-fixture.ts'
import type { Payload } from './port.ts'

const KiB = 1024
const nand: FakeMtd = { index: 3, name: 'rootfs', type: 'nand', size: 256 * KiB, content: someBytes(256 * KiB, 9) }
const nor: FakeMtd = { index: 12, name: 'boot', type: 'nor', size: 128 * KiB, content: someBytes(128 * KiB, 8) }
const rom: FakeMtd = { index: 4, name: 'fixed', type: 'rom', size: 64 * KiB }

function board(...mtds: FakeMtd[]) {
  const ports = fakePorts()
  putMtds(ports.files, mtds)
  for (const [name, program] of Object.entries(flashTools(ports.files, mtds)))
    ports.processes.programs.set(name, program)
  return ports
}

const stored = someBytes(100_001)
function flashObject(other: Partial<FlashObject> = {}): FlashObject {
  const { filename, size, sha256sum } = rawObject(stored)
  return { mode: 'flash', filename, size, sha256sum, targetType: 'device', target: '/dev/mtd3', unless: null, ...other }
}

const install = (object: FlashObject, payload: Payload, ports: ReturnType<typeof board>) =>
  flash.install(object, payload, ports, noProgress, never)
const calls = (ports: ReturnType<typeof board>) =>
  ports.processes.calls.map(({ command, args }) => [command, ...args].join(' '))

describe('flash', () => {
  it('erases NAND and pipes the payload to nandwrite, out of the middle of an archive', async () => {
    const ports = board(nand, nor)
    expect(await install(flashObject(), placedAt(ports.files, stored), ports)).toBe('installed')
    expect(calls(ports)).toEqual(['flash_erase /dev/mtd3 0 0', 'nandwrite -p /dev/mtd3 -'])
    const held = ports.files.peek('/dev/mtd3')
    expect(equalBytes(held.subarray(0, stored.length), stored)).toBe(true)
    expect(held.subarray(stored.length).every((byte) => byte === 0xff)).toBe(true)
  })

  it('gives NOR a file of its own, which is gone afterwards', async () => {
    const ports = board(nand, nor)
    await install(flashObject({ target: '/dev/mtd12' }), placedAt(ports.files, stored), ports)
    const [erase, copy = ''] = calls(ports)
    expect(erase).toBe('flash_erase /dev/mtd12 0 0')
    expect(copy).toMatch(/^flashcp \/run\/windlass\/payload-[0-9a-f]{16} \/dev\/mtd12$/)
    expect(await ports.files.list('/run/windlass')).toEqual([])
    expect(equalBytes(ports.files.peek('/dev/mtd12').subarray(0, stored.length), stored)).toBe(true)
  })

  it('gives NOR the file of the download folder as it is', async () => {
    const ports = board(nor)
    ports.files.put('/download/object', stored)
    await install(
      flashObject({ target: '/dev/mtd12' }),
      { path: '/download/object', at: 0, size: stored.length },
      ports,
    )
    expect(calls(ports)).toContain('flashcp /download/object /dev/mtd12')
  })

  it('W13 finds devices by name, also from mtd10 on', async () => {
    const ports = board(nand, nor)
    await install(flashObject({ targetType: 'mtdname', target: 'boot' }), placedAt(ports.files, stored), ports)
    expect(calls(ports)[0]).toBe('flash_erase /dev/mtd12 0 0')
  })

  it('D15 leaves flash alone that holds the content already, whatever is behind it', async () => {
    const ports = board({ ...nand, content: Buffer.concat([stored, someBytes(1000, 4)]) })
    const object = flashObject({ unless: { by: 'content' } })
    expect(await install(object, placedAt(ports.files, stored), ports)).toBe('same')
    expect(calls(ports)).toEqual([])
  })

  it('D16 installs over another version, and over content that cannot be read', async () => {
    const pattern = { kind: 'regexp', regexp: 'App v([0-9.]+)', seek: 0, bufferSize: 16 } as const
    const object = flashObject({ unless: { by: 'version', version: '2.4', pattern } })
    for (const [content, outcome] of [
      ['App v2.4 ', 'same'],
      ['App v2.5 ', 'installed'],
    ]) {
      const ports = board({ ...nand, content: Buffer.from(content ?? '') })
      expect(await install(object, placedAt(ports.files, stored), ports)).toBe(outcome)
    }
    const ports = board({ ...nand, content: Buffer.from('App v2.4 ') })
    ports.files.failNext('read', 'EBADMSG', '/dev/mtd3')
    expect(await install(object, placedAt(ports.files, stored), ports)).toBe('installed')
  })

  it('erases nothing for a payload that does not go into it, less its bad blocks', async () => {
    const bad = Array.from({ length: 10 }, (_, at) => at)
    for (const mtd of [
      { ...nand, size: 96 * KiB },
      { ...nand, bad },
    ]) {
      const ports = board(mtd)
      await expect(flash.check(flashObject(), ports)).rejects.toMatchObject({ code: 'no_space' })
      await expect(install(flashObject(), placedAt(ports.files, stored), ports)).rejects.toMatchObject({
        code: 'no_space',
      })
      expect(calls(ports)).toEqual([])
    }
  })

  it('steps over bad blocks', async () => {
    const ports = board({ ...nand, bad: [1] })
    await install(flashObject(), placedAt(ports.files, stored), ports)
    const held = ports.files.peek('/dev/mtd3')
    const around = Buffer.concat([held.subarray(0, 16 * KiB), held.subarray(32 * KiB)])
    expect(equalBytes(around.subarray(0, stored.length), stored)).toBe(true)
  })

  it('never gives nandwrite all of a payload that changed, and erases no NOR for one', async () => {
    const ports = board(nand, nor)
    const spoilt = placedAt(ports.files, someBytes(stored.length, 2))
    await expect(install(flashObject(), spoilt, ports)).rejects.toMatchObject({ code: 'object_mismatch' })
    expect(calls(ports)).toEqual(['flash_erase /dev/mtd3 0 0'])
    const other = flashObject({ target: '/dev/mtd12' })
    await expect(install(other, spoilt, ports)).rejects.toMatchObject({ code: 'object_mismatch' })
    expect(calls(ports)).toEqual(['flash_erase /dev/mtd3 0 0'])
  })

  it('says what a program said', async () => {
    const ports = board(nand)
    const stderr = 'nandwrite: error!: cannot write 2048 bytes'
    ports.processes.programs.set('nandwrite', () => ended({ code: 1, stderr }))
    const refused = install(flashObject(), placedAt(ports.files, stored), ports)
    await expect(refused).rejects.toMatchObject({ code: 'install_failed' })
    await expect(refused).rejects.toThrow('cannot write 2048 bytes')
  })

  it('needs its three programs', async () => {
    for (const tool of ['flash_erase', 'nandwrite', 'flashcp']) {
      const ports = board(nand)
      ports.processes.programs.delete(tool)
      await expect(flash.check(flashObject(), ports)).rejects.toMatchObject({ code: 'tool_missing' })
    }
  })
})

describe('an MTD target', () => {
  const check = (ports: ReturnType<typeof board>, other: Partial<FlashObject> = {}) =>
    flash.check(flashObject(other), ports)

  it('D19 must be there, be flash, and be writable', async () => {
    const ports = board(nand, rom, { ...nor, flags: '0x0' })
    ports.files.addDevice('/dev/sda', 1000)
    const bad = [{ target: '/dev/mtd9' }, { target: '/dev/mtd4' }, { target: '/dev/mtd12' }, { target: '/dev/sda' }]
    for (const other of bad) await expect(check(ports, other)).rejects.toMatchObject({ code: 'target_invalid' })
    for (const target of ['absent', 'ubi0:rootfs', 'mtd3']) {
      await expect(check(ports, { targetType: 'mtdname', target })).rejects.toMatchObject({ code: 'target_invalid' })
      await expect(check(ports, { target })).rejects.toMatchObject({ code: 'target_invalid' })
    }
    await ports.files.setMode('/dev/mtd3', 0o444)
    await expect(check(ports)).rejects.toMatchObject({ code: 'target_invalid' })
    await expect(check(ports, { targetType: 'ubivolume', target: 'rootfs' })).rejects.toThrow('got ubivolume')
  })

  it('is refused when its name is not its alone', async () => {
    const ports = board(nand, { ...nor, name: 'rootfs' })
    await expect(check(ports, { targetType: 'mtdname', target: 'rootfs' })).rejects.toThrow('got mtd3, mtd12')
  })

  it.each([
    ['by name', 'mtd:rootfs', '0:40'],
    ['by number', 'mtd3', '0:40'],
    ['as a block device', '/dev/mtdblock3', '0:40'],
    ['as the root', '/dev/root', '31:3'],
  ])('is busy when mounted %s', async (_, source, device) => {
    const ports = board(nand)
    ports.mounts.mounted.push({ device, source, folder: '/data', filesystem: 'jffs2' })
    await expect(check(ports)).rejects.toMatchObject({ code: 'target_busy' })
  })

  it('is busy when UBI is attached to it, and only to it', async () => {
    const ports = board(nand, nor)
    new FakeUbi(ports.files, 0, 12, { data: 2 })
    await expect(check(ports)).resolves.toBeUndefined()
    new FakeUbi(ports.files, 1, 3, { data: 2 })
    await expect(check(ports)).rejects.toThrow('ubi1 is attached to it')
  })
})
