import { createHash, generateKeyPairSync } from 'node:crypto'
import type { ComponentUpdate, UpdateManagerStatus } from '@windlass/model/unit'
import { zipOf } from '@windlass/trust/fakes'
import { afterEach, describe, expect, it } from 'vitest'
import { FakeDevice, fakeImage, fakeServerAddress, fakeSettings } from '../fake-device.ts'
import { fakeRelease } from '../fake-release.ts'
import { FakeUnit, orderFor } from './fake-unit.ts'
import { JoinedUnit } from './join-unit.ts'

function packageOf(version: string): Buffer {
  const { metadata, objects } = fakeRelease(version)
  const payloads = [...objects].map(([name, bytes]) => ({ name, data: Buffer.from(bytes) }))
  return zipOf([{ name: 'signature' }, { name: 'metadata', data: metadata }, ...payloads])
}

const devices: { rest(): void; life: Promise<void> }[] = []
afterEach(async () => {
  for (const { rest, life } of devices.splice(0)) {
    rest()
    await life
  }
})

/** A device at version 1.0.0, commanded by a unit that says what the test lets it say. */
async function bench() {
  const unit = new FakeUnit()
  const server = await unit.listen()
  const device = new FakeDevice()
  device.files.addDevice('/dev/slot-a', 65_536, fakeImage('1.0.0'))
  device.files.addDevice('/dev/slot-b', 65_536, fakeImage('0.9.0'))
  device.settings = { ...fakeSettings, polling: { ...fakeSettings.polling, enabled: false }, unit: unit.settings }
  device.unit = new JoinedUnit(unit.settings, unit.rpc)
  const life = device.live(() => false)
  devices.push({ rest: () => device.rest(), life })
  life.catch(() => {})
  /** An image of the version on the device's disk, and the order for it. */
  const order = (version: string, change: Partial<ComponentUpdate> = {}) => {
    const bytes = packageOf(version)
    device.files.put(`/blobs/${version}`, bytes)
    const sha3 = createHash('sha3-256').update(bytes).digest()
    return { ...orderFor({ url: `file:///blobs/${version}`, sha3, size: bytes.length }, version), ...change }
  }
  const prepare = (...components: ComponentUpdate[]) => unit.say({ kind: 'prepare', components })
  const first = await unit.next()
  return { unit, server, device, life, order, prepare, first }
}

const listed = ({ components }: UpdateManagerStatus) =>
  components.map(({ version, state, error }) => [version, state, ...(error ? [error.message] : [])].join(' '))

describe('a device as a unit’s update manager', () => {
  it('registers with its node, its priority and what it runs', async () => {
    const { first } = await bench()
    expect(first).toEqual({
      nodeId: 'node-a',
      priority: 3,
      state: 'idle',
      components: [{ componentId: 'rootfs_m1', componentType: 'rootfs', version: '1.0.0', state: 'installed' }],
    })
  })

  it('U13 an image is taken from the disk, prepared, installed, tried and kept, each at the unit’s word', async () => {
    const { unit, device, order, prepare } = await bench()
    prepare(order('1.1.0'))
    const prepared = await unit.next()
    expect(prepared.state).toBe('prepared')
    expect(listed(prepared)).toEqual(['1.0.0 installed', '1.1.0 installing'])
    expect(device.versionOf('b')).toBe('0.9.0')
    unit.say({ kind: 'start' })
    const updated = await unit.until('updated')
    expect(device.version).toBe('1.1.0')
    expect(device.events).not.toContain('validated')
    expect(listed(updated)).toEqual(['1.0.0 installed', '1.1.0 installing'])
    unit.say({ kind: 'apply' })
    const applied = await unit.until('idle')
    expect(listed(applied)).toEqual(['1.1.0 installed'])
    expect(applied).not.toHaveProperty('error')
    expect(device.events).toContain('validated')
  })

  it('U13 an image is fetched from the unit', async () => {
    const { unit, device, order, prepare } = await bench()
    device.server.instead.push({ status: 200, body: packageOf('1.1.0') })
    prepare(order('1.1.0', { url: `${fakeServerAddress}/blobs/sha256/aa` }))
    expect((await unit.next()).state).toBe('prepared')
  })

  it('the server is not asked while a unit commands', async () => {
    const { unit, device, order, prepare } = await bench()
    prepare(order('1.1.0'))
    await unit.until('prepared')
    unit.say({ kind: 'start' })
    await unit.until('updated')
    expect(device.server.seen).toEqual([])
  })

  it('U14 the version that runs is refused', async () => {
    const { unit, order, prepare } = await bench()
    prepare(order('1.0.0'))
    const status = await unit.next()
    expect(status.state).toBe('failed')
    expect(listed(status)).toEqual(['1.0.0 installed', '1.0.0 error component already has required version: 1.0.0'])
  })

  it('U15 an older version is refused', async () => {
    const { unit, order, prepare } = await bench()
    prepare(order('0.9.9'))
    const status = await unit.next()
    expect(status.state).toBe('failed')
    expect(listed(status)).toContain('0.9.9 error component version downgrade has been rejected')
  })

  it('U16 an image with another digest is refused', async () => {
    const { unit, device, order, prepare } = await bench()
    prepare(order('1.1.0', { sha3: new Uint8Array(32) }))
    const status = await unit.next()
    expect(status).toMatchObject({ state: 'failed', error: { message: 'checksum sha256 mismatch' } })
    expect(listed(status)).toContain('1.1.0 error checksum sha256 mismatch')
    expect(device.states).not.toContain('prepare_local_install')
  })

  it('U16 so is one of another length', async () => {
    const { unit, order, prepare } = await bench()
    const whole = order('1.1.0')
    prepare({ ...whole, size: whole.size + 1 })
    expect((await unit.next()).error?.message).toMatch(/^image size mismatch: expected \d+ bytes, got \d+$/)
  })

  it('U17 an empty order is refused', async () => {
    const { unit, prepare } = await bench()
    prepare()
    const status = await unit.next()
    expect(status).toMatchObject({ state: 'failed', error: { message: 'prepare component list is empty' } })
  })

  it('U18 a component that is not here is refused', async () => {
    const { unit, order, prepare } = await bench()
    prepare(order('1.1.0', { componentId: 'boot_m1' }))
    const status = await unit.next()
    expect(status).toMatchObject({ state: 'failed', error: { message: 'component boot_m1 is not installed' } })
  })

  it('U21 a process that starts again after start says the same, with its target', async () => {
    const { unit, device, order, prepare } = await bench()
    prepare(order('1.1.0'))
    await unit.until('prepared')
    unit.say({ kind: 'start' })
    await unit.until('updated')
    device.crash()
    const again = await unit.next()
    expect(again.state).toBe('updated')
    expect(listed(again)).toEqual(['1.0.0 installed', '1.1.0 installing'])
    unit.say({ kind: 'apply' })
    expect(listed(await unit.until('idle'))).toEqual(['1.1.0 installed'])
  })

  it('U22 while it updates, the version from before counts as installed', async () => {
    const { unit, device, order, prepare } = await bench()
    prepare(order('1.1.0'))
    await unit.until('prepared')
    unit.say({ kind: 'start' })
    const registered = await unit.next()
    expect(device.version).toBe('1.1.0')
    expect(registered.state).toBe('prepared')
    expect(listed(registered)[0]).toBe('1.0.0 installed')
  })

  it('U23 an image that is another version than was ordered is given up', async () => {
    const { unit, device, order, prepare } = await bench()
    prepare({ ...order('1.1.0'), version: '1.2.0' })
    await unit.until('prepared')
    unit.say({ kind: 'start' })
    const failed = await unit.until('failed')
    expect(failed.error?.message).toBe('versions mismatch in request 1.2.0 and updated module 1.1.0')
    expect(device.version).toBe('1.0.0')
    unit.say({ kind: 'revert' })
    expect((await unit.until('idle')).components[0]?.version).toBe('1.0.0')
  })

  it('U24 after a failed prepare is taken back, what failed stays listed, until the next prepare', async () => {
    const { unit, order, prepare } = await bench()
    prepare(order('1.1.0', { sha3: new Uint8Array(32) }))
    await unit.until('failed')
    unit.say({ kind: 'revert' })
    expect(listed(await unit.until('idle'))).toEqual(['1.0.0 installed', '1.1.0 error checksum sha256 mismatch'])
    prepare(order('1.1.0'))
    expect(listed(await unit.until('prepared'))).toEqual(['1.0.0 installed', '1.1.0 installing'])
  })

  it('U25 a command that does not fit the state has no answer', async () => {
    const { unit, prepare } = await bench()
    unit.say({ kind: 'start' })
    unit.say({ kind: 'apply' })
    unit.say({ kind: 'revert' })
    prepare()
    expect((await unit.next()).error?.message).toBe('prepare component list is empty')
  })

  it('U26 it registers again when the unit was gone', async () => {
    const { unit, server, device } = await bench()
    const before = device.clock.uptime()
    await server.close()
    await unit.listen()
    expect((await unit.next()).state).toBe('idle')
    expect(device.clock.uptime() - before).toBeLessThanOrEqual(20_000)
  })
})

describe('what goes wrong on the way', () => {
  it('a prepared update that is taken back leaves nothing', async () => {
    const { unit, device, order, prepare } = await bench()
    prepare(order('1.1.0'))
    await unit.until('prepared')
    unit.say({ kind: 'revert' })
    expect(listed(await unit.until('idle'))).toEqual(['1.0.0 installed'])
    expect(device.versionOf('b')).toBe('0.9.0')
    expect(device.agent?.runner.state.at).toBe('park')
  })

  it('an updated device that is taken back runs what it ran before', async () => {
    const { unit, device, order, prepare } = await bench()
    prepare(order('1.1.0'))
    await unit.until('prepared')
    unit.say({ kind: 'start' })
    await unit.until('updated')
    unit.say({ kind: 'revert' })
    const idle = await unit.until('idle')
    expect(listed(idle)).toEqual(['1.0.0 installed'])
    expect(device.version).toBe('1.0.0')
  })

  it('what was taken back may be ordered again', async () => {
    const { unit, device, order, prepare } = await bench()
    for (let round = 0; round < 2; round++) {
      prepare(order('1.1.0'))
      await unit.until('prepared')
      unit.say({ kind: 'start' })
      await unit.until('updated')
      unit.say({ kind: round === 0 ? 'revert' : 'apply' })
      await unit.until('idle')
    }
    expect(device.version).toBe('1.1.0')
  })

  it('a new version that is sick falls back, and the unit hears why', async () => {
    const { unit, device, order, prepare } = await bench()
    device.sick.add('1.1.0')
    prepare(order('1.1.0'))
    await unit.until('prepared')
    unit.say({ kind: 'start' })
    const failed = await unit.until('failed')
    expect(failed.error?.message).toBe('the service does not answer')
    expect(device.version).toBe('1.0.0')
    unit.say({ kind: 'revert' })
    expect(listed(await unit.until('idle'))).toEqual(['1.0.0 installed', '1.1.0 error the service does not answer'])
  })

  it('a new version that does not boot falls back, and the unit hears why', async () => {
    const { unit, device, order, prepare } = await bench()
    device.panics.add('1.1.0')
    prepare(order('1.1.0'))
    await unit.until('prepared')
    unit.say({ kind: 'start' })
    expect((await unit.until('failed')).error?.message).toMatch(/the boot loader went back to set a/)
    expect(device.version).toBe('1.0.0')
  })

  it('power that goes while the unit thinks leads back, and the unit hears it', async () => {
    const { unit, device, order, prepare } = await bench()
    prepare(order('1.1.0'))
    await unit.until('prepared')
    unit.say({ kind: 'start' })
    await unit.until('updated')
    device.panics.add('1.1.0')
    device.cutPower()
    expect((await unit.until('failed')).components[0]).toMatchObject({ version: '1.0.0', state: 'installed' })
    unit.say({ kind: 'revert' })
    expect((await unit.until('idle')).components[0]).toMatchObject({ version: '1.0.0' })
  })

  it.each(['activate b', 'validated'])('an agent that dies after "%s" goes on where it was', async (event) => {
    const { unit, device, order, prepare } = await bench()
    device.crashesOn = event
    prepare(order('1.1.0'))
    await unit.until('prepared')
    unit.say({ kind: 'start' })
    await unit.until('updated')
    unit.say({ kind: 'apply' })
    expect(listed(await unit.until('idle'))).toEqual(['1.1.0 installed'])
    expect(device.version).toBe('1.1.0')
    expect(device.crashesOn).toBeUndefined()
  })

  it('an image that is not signed by the device’s key is refused, whatever the unit says', async () => {
    const { unit, device, order, prepare } = await bench()
    const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
    device.files.put('/key.pub', publicKey.export({ type: 'spki', format: 'pem' }))
    device.crash()
    await unit.next()
    prepare(order('1.1.0'))
    const failed = await unit.until('failed')
    expect(failed.error?.message).toMatch(/is not signed, and this device has a key$/)
    expect(device.versionOf('b')).toBe('0.9.0')
  })

  it('a stream that breaks while it prepares changes nothing: asked again, it answers', async () => {
    const { unit, order, prepare } = await bench()
    prepare(order('1.1.0'))
    unit.cut()
    await unit.next()
    prepare(order('1.1.0'))
    expect(listed(await unit.until('prepared'))).toEqual(['1.0.0 installed', '1.1.0 installing'])
  })

  it('a command that was answered already is answered again', async () => {
    const { unit, order, prepare } = await bench()
    prepare(order('1.1.0'))
    await unit.until('prepared')
    prepare(order('1.1.0'))
    expect((await unit.next()).state).toBe('prepared')
  })

  it('a process that starts again while prepared waits on for the unit’s word', async () => {
    const { unit, device, order, prepare } = await bench()
    prepare(order('1.1.0'))
    await unit.until('prepared')
    device.crash()
    expect((await unit.next()).state).toBe('prepared')
    unit.say({ kind: 'start' })
    await unit.until('updated')
  })

  it('somebody at the device who aborts has the unit told', async () => {
    const { unit, device, order, prepare } = await bench()
    prepare(order('1.1.0'))
    await unit.until('prepared')
    await device.agent?.runner.order({ on: 'abort' })
    expect((await unit.until('failed')).error?.message).toBe('the update did not come about: abort')
  })
})
