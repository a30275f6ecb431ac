import type { ImxkobsObject } from '@windlass/model'
import { ended } from '@windlass/platform/fakes'
import { describe, expect, it } from 'vitest'
import { putMtds } from './fake-flash.ts'
import { imxkobs } from './imxkobs.ts'
import { fakePorts, never, noProgress, placedAt, rawObject, someBytes } from './objects-fixture.ts'

const stored = someBytes(5000)
const { filename, size, sha256sum } = rawObject(stored)
const none = { padding1k: false, searchExponent: 0, chip0DevicePath: null, chip1DevicePath: null, unless: null }
const object: ImxkobsObject = { mode: 'imxkobs', filename, size, sha256sum, ...none }

function board() {
  const streams: Uint8Array[] = []
  const ports = fakePorts()
  putMtds(ports.files, [
    { index: 0, name: 'boot', type: 'nand', size: 65_536 },
    { index: 1, name: 'boot2', type: 'nand', size: 65_536 },
  ])
  ports.processes.programs.set('kobs-ng', ({ args }) => {
    streams.push(ports.files.peek(args.find((arg) => arg.startsWith('/')) ?? ''))
    return ended()
  })
  return { ...ports, streams }
}

async function lineFor(other: Partial<ImxkobsObject>): Promise<string> {
  const ports = board()
  await imxkobs.install({ ...object, ...other }, placedAt(ports.files, stored), ports, noProgress, never)
  expect(ports.streams).toEqual([stored])
  return (ports.processes.calls[0]?.args ?? []).join(' ').replace(/\S*payload-\w+/, 'FILE')
}

describe('imxkobs', () => {
  it('calls kobs-ng as UpdateHub does, and with what the object says only', async () => {
    expect(await lineFor({})).toBe('init FILE -v')
    expect(await lineFor({ padding1k: true, searchExponent: 2 })).toBe('init -x FILE --search_exponent=2 -v')
    expect(await lineFor({ chip0DevicePath: '/dev/mtd0', chip1DevicePath: '/dev/mtd1' })).toBe(
      'init FILE --chip_0_device_path=/dev/mtd0 --chip_1_device_path=/dev/mtd1 -v',
    )
  })

  it('D8 skips what the read-only device of the first chip holds already', async () => {
    const ports = board()
    ports.files.put('/dev/mtd1ro', stored)
    const same = { ...object, chip0DevicePath: '/dev/mtd1', unless: { by: 'content' } as const }
    expect(await imxkobs.install(same, placedAt(ports.files, stored), ports, noProgress, never)).toBe('same')
    const other = { ...object, unless: { by: 'content' } as const }
    expect(await imxkobs.install(other, placedAt(ports.files, stored), ports, noProgress, never)).toBe('installed')
  })

  it('is refused while a chip is mounted or without its program', async () => {
    const ports = board()
    await expect(imxkobs.check(object, ports)).resolves.toBeUndefined()
    ports.mounts.mounted.push({ device: '31:1', source: 'mtd:boot2', folder: '/m', filesystem: 'jffs2' })
    await expect(imxkobs.check(object, ports)).resolves.toBeUndefined()
    const second = { ...object, chip1DevicePath: '/dev/mtd1' }
    await expect(imxkobs.check(second, ports)).rejects.toMatchObject({ code: 'target_busy' })
    ports.processes.programs.delete('kobs-ng')
    await expect(imxkobs.check(object, ports)).rejects.toMatchObject({ code: 'tool_missing' })
  })

  it('refuses a payload that changed without calling the program', async () => {
    const ports = board()
    const spoilt = placedAt(ports.files, someBytes(5000, 2))
    const refused = imxkobs.install(object, spoilt, ports, noProgress, never)
    await expect(refused).rejects.toMatchObject({ code: 'object_mismatch' })
    expect(ports.processes.calls).toEqual([])
  })

  it('says so when there is no room for the file the program wants', async () => {
    const ports = board()
    const payload = placedAt(ports.files, stored)
    ports.files.capacity = 0
    const refused = imxkobs.install(object, payload, ports, noProgress, never)
    await expect(refused).rejects.toMatchObject({ code: 'no_space' })
  })
})
