import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { MutualTls } from '@windlass/platform'
import { grpc } from '@windlass/platform/grpc'
import { type Authority, issue, makeAuthority, makeRequest, newKey, readRequest } from '@windlass/trust/certificates'
import { describe, expect, it } from 'vitest'
import { writeArchive } from '../conformance/release.ts'
import { image, SlotDevice } from '../conformance/slot-device.ts'
import { FakeUnit, orderFor } from './fake-unit.ts'

const yearMs = 31_536_000_000

async function tlsOf(authority: Authority, commonName: string): Promise<MutualTls> {
  const key = await newKey('ec')
  const wanted = await readRequest(await makeRequest(key, { commonName, dnsNames: ['localhost'] }))
  return { key, cert: await issue(authority, wanted, Date.now(), yearMs), ca: authority.certificate }
}

/** A unit by gRPC with certificates, and an agent as a process of its own that finds it in its settings. */
async function joined() {
  await using undo = new AsyncDisposableStack()
  const authority = await makeAuthority('unit-77', Date.now(), yearMs)
  const unit = new FakeUnit()
  const server = await grpc.listen('localhost:0', await tlsOf(authority, 'cm'), unit.answers())
  undo.defer(() => server.close())
  const slots = undo.use(await SlotDevice.make())
  const { device } = slots
  const { key, cert, ca } = await tlsOf(authority, 'node-a')
  const settings = `[unit]
communication_manager = "localhost:${server.port}"
key = "${await device.write('um.key', key)}"
certificate = "${await device.write('um.pem', cert)}"
ca = "${await device.write('ca.pem', ca)}"
node_id = "node-a"
component_id = "rootfs_m1"
`
  await device.write('updatehub.conf', device.settings({ polling: true, windlass: settings }))
  await device.write('slot-0', image('3.0.0'))
  await device.start()
  const kept = undo.move()
  return { unit, slots, device, [Symbol.asyncDispose]: () => kept.disposeAsync() }
}

describe('an agent process in a unit', () => {
  it('is updated at the unit’s word, over a restart and a kill', async () => {
    await using scene = await joined()
    const { unit, slots, device } = scene
    expect(await unit.next()).toMatchObject({ nodeId: 'node-a', state: 'idle', components: [{ version: '3.0.0' }] })

    const path = await writeArchive(device.path('3.1.0.uhupkg'), slots.offering(image('3.1.0')))
    const bytes = readFileSync(path)
    const sha3 = createHash('sha3-256').update(bytes).digest()
    const order = orderFor({ url: `file://${path}`, sha3, size: bytes.length }, '3.1.0')
    unit.say({ kind: 'prepare', components: [order] })
    await unit.until('prepared')
    unit.say({ kind: 'start' })
    await device.until('the restart it orders', () => slots.wantsRestart)
    await slots.reboot()
    await unit.until('updated')
    await slots.crash()
    expect(await unit.next()).toMatchObject({ state: 'updated' })
    expect(device.events).not.toContain('updatehub-active-validated')
    unit.say({ kind: 'apply' })
    expect(await unit.until('idle')).toMatchObject({ components: [{ version: '3.1.0', state: 'installed' }] })
    expect(device.events).toContain('updatehub-active-validated')
    expect(device.server.lines).toEqual([])
  })
})
