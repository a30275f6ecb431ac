import { generateKeys } from '@windlass/trust'
import { describe, expect, it } from 'vitest'
import { deviceId } from '../../identity/device-id.ts'
import { product, uidOf } from '../../store/samples.ts'
import { rollOut, testFleet } from './test-fleet.ts'

const a1 = deviceId({ serial: 'A1' })
const b2 = deviceId({ serial: 'B2' })
const steps = ['downloading', 'downloaded', 'installing', 'installed', 'rebooting', 'rebooting']
const error = (previous: string) => ({
  'previous-state': previous,
  'error-message': 'no space left on target',
  'current-log': 'Jan 02 03:04:05.678 info installing\n',
})

describe('a probe', () => {
  it('S1 of an unknown device is answered 404, and the device appears in the list', async () => {
    const fleet = await testFleet()
    const answer = await fleet.probe('A1', '3.0')
    expect([answer.statusCode, answer.body]).toEqual([404, ''])
    const { devices } = (await fleet.api('GET', '/devices')).json()
    expect(devices).toMatchObject([{ id: a1, product, version: '3.0', hardware: 'gw-mk2', status: 'idle' }])
  })

  it('S2 under a rollout is answered with the raw metadata and its signature', async () => {
    const { privateKey } = await generateKeys(2048)
    const fleet = await testFleet()
    const { metadata, kept } = await rollOut(fleet, '3.1', { privateKey })
    const answer = await fleet.probe('A1', '3.0')
    expect(answer.statusCode).toBe(200)
    expect(answer.rawPayload).toEqual(Buffer.from(metadata))
    expect(answer.headers).toMatchObject({ 'uh-signature': kept?.signature, 'content-type': 'application/json' })
    expect(answer.headers).not.toHaveProperty('add-extra-poll')
    expect(answer.headers).not.toHaveProperty('windlass-retry')
  })

  it('S2 of an unsigned package has no signature header', async () => {
    const fleet = await testFleet()
    await rollOut(fleet, '3.1')
    expect((await fleet.probe('A1', '3.0')).headers).not.toHaveProperty('uh-signature')
  })

  it('S3 with the version of the package is answered 404 and concludes that it was updated', async () => {
    const fleet = await testFleet()
    const { rollout } = await rollOut(fleet, '3.1')
    await fleet.probe('A1', '3.0')
    expect((await fleet.probe('A1', '3.1')).statusCode).toBe(404)
    const { reports } = (await fleet.api('GET', `/devices/${a1}/history`)).json()
    expect(reports).toMatchObject([{ status: 'updated', concluded: true }])
    expect((await fleet.api('GET', `/rollouts/${rollout}`)).json().counts).toMatchObject({ updated: 1, pending: 0 })
  })

  it('S4 with several values for a key is understood, and so is a report', async () => {
    const fleet = await testFleet()
    const body = { 'device-identity': { mac: ['02:00', '02:01'], serial: 'A1' } }
    expect((await fleet.probe('A1', '3.0', { body })).statusCode).toBe(404)
    expect((await fleet.report('A1', 'downloading', body)).statusCode).toBe(200)
    const { devices } = (await fleet.api('GET', '/devices')).json()
    expect(devices).toMatchObject([{ identity: body['device-identity'], attributes: { iface: ['eth0', 'wlan0'] } }])
  })

  it('S15 of the second device is still answered after the first is updated', async () => {
    const fleet = await testFleet()
    await fleet.probe('A1', '3.0')
    await fleet.probe('B2', '3.0')
    await rollOut(fleet, '3.1', { to: { devices: [a1, b2] } })
    for (const status of steps) await fleet.report('A1', status, { 'package-uid': uidOf('x') })
    expect((await fleet.probe('A1', '3.1')).statusCode).toBe(404)
    expect((await fleet.probe('B2', '3.0')).statusCode).toBe(200)
  })

  it('of a device that waits is shown with the device and with the rollout', async () => {
    const fleet = await testFleet()
    const { rollout, uid } = await rollOut(fleet, '3.1')
    await fleet.probe('A1', '3.0')
    expect((await fleet.api('GET', `/devices/${a1}`)).json()).toMatchObject({ waits: null })
    const headers = { 'windlass-waits': 'metered link (wwan0)\u00ff' }
    expect((await fleet.probe('A1', '3.0', { headers })).headers).not.toHaveProperty('windlass-metered')
    expect((await fleet.api('GET', `/devices/${a1}`)).json()).toMatchObject({ waits: 'metered link (wwan0)' })
    const { devices } = (await fleet.api('GET', `/rollouts/${rollout}`)).json()
    expect(devices).toMatchObject([{ reason: 'the device waits: metered link (wwan0)' }])
    await fleet.report('A1', 'downloading', { 'package-uid': uid })
    expect((await fleet.api('GET', `/devices/${a1}`)).json()).toMatchObject({ waits: null })
  })

  it('under a rollout that may go over metered links is answered with a header that says so', async () => {
    const fleet = await testFleet()
    const { uid } = await rollOut(fleet, '3.1', { metered: true })
    expect((await fleet.probe('A1', '3.0')).headers['windlass-metered']).toBe(uid)
  })

  it('S16 after retries is accepted', async () => {
    const fleet = await testFleet()
    expect((await fleet.probe('A1', '3.0', { headers: { 'api-retries': '5' } })).statusCode).toBe(404)
    expect((await fleet.probe('A1', '3.0', { headers: { 'api-retries': 'five' } })).statusCode).toBe(404)
  })

  it('S17 before a rollout starts is told to come back: with 200 for 2.x, with 404 for version 1', async () => {
    const fleet = await testFleet()
    await rollOut(fleet, '3.1', { startAt: new Date(fleet.clock.now() + 90_000).toISOString() })
    const answer = await fleet.probe('A1', '3.0')
    expect([answer.statusCode, answer.headers['add-extra-poll'], answer.body]).toEqual([200, '90', ''])
    const url = '/upgrades'
    const payload = JSON.stringify({
      'product-uid': product,
      version: '3.0',
      hardware: 'gw-mk2',
      retries: 3,
      'device-identity': { serial: 'A1' },
    })
    const old = await fleet.app.inject({ method: 'POST', url, payload, headers: { 'user-agent': 'updatehub/1.0' } })
    expect([old.statusCode, old.headers['add-extra-poll']]).toEqual([404, '90'])
    await fleet.clock.advance(90_000)
    expect((await fleet.probe('A1', '3.0')).body).toContain('"version":"3.1"')
  })

  it('tolerates the double slash of an address that ends in one', async () => {
    const fleet = await testFleet()
    const { uid, object } = await rollOut(fleet, '3.1')
    const url = `//products/${product}/packages/${uid}/objects/${object}`
    expect((await fleet.app.inject({ url })).statusCode).toBe(200)
    const payload = JSON.stringify({ 'product-uid': product, version: '3.0', 'device-identity': { serial: 'A1' } })
    expect((await fleet.app.inject({ method: 'POST', url: '//upgrades', payload })).statusCode).toBe(200)
  })

  it('that cannot be read is answered 400, and nothing is stored', async () => {
    const fleet = await testFleet()
    const bodies = [
      '',
      '{',
      '[]',
      'null',
      '"x"',
      '{"product-uid": 1}',
      '{"product-uid":"x","device-identity":{}}',
      '{}',
      '\ufeff{}',
    ]
    const long = JSON.stringify({ 'product-uid': 'x'.repeat(300), 'device-identity': { serial: 'A1' } })
    for (const url of ['/upgrades', '/report'])
      for (const payload of [...bodies, long])
        for (const agent of ['updatehub/2.0 Linux', 'updatehub/1.0', 'curl'])
          expect(
            (await fleet.app.inject({ method: 'POST', url, payload, headers: { 'user-agent': agent } })).statusCode,
          ).toBe(400)
    expect(await fleet.store.devices({ limit: 9 })).toEqual([])
  })

  it('that is too large is refused', async () => {
    const fleet = await testFleet()
    const answer = await fleet.probe('A1', '3.0', { body: { 'device-attributes': { a: 'x'.repeat(70_000) } } })
    expect(answer.statusCode).toBe(413)
  })

  it('with characters that no database holds is kept without them', async () => {
    const fleet = await testFleet()
    await fleet.probe('A1', '3.0', { body: { 'device-attributes': { a: 'x\0\ud800' } } })
    expect((await fleet.store.known(a1))?.device.attributes).toEqual({ a: 'x\ufffd\ufffd' })
  })
})

describe('reports', () => {
  it('S5 are followed by the status of the device; rebooting twice is harmless', async () => {
    const fleet = await testFleet()
    const { uid, rollout } = await rollOut(fleet, '3.1')
    await fleet.probe('A1', '3.0')
    for (const status of steps) {
      expect((await fleet.report('A1', status, { 'package-uid': uid })).statusCode).toBe(200)
      expect((await fleet.store.known(a1))?.device.status).toBe(status)
      expect((await fleet.api('GET', `/rollouts/${rollout}`)).json().counts).toMatchObject({ updating: 1 })
    }
    await fleet.probe('A1', '3.1')
    expect((await fleet.store.known(a1))?.device).toMatchObject({ status: 'updated', version: '3.1' })
    expect((await fleet.api('GET', `/rollouts/${rollout}`)).json().counts).toMatchObject({ updated: 1, updating: 0 })
  })

  it('S6 of an error show in the rollout, with message and log, and the package is not offered again', async () => {
    const fleet = await testFleet()
    const { uid, rollout } = await rollOut(fleet, '3.1')
    await fleet.probe('A1', '3.0')
    await fleet.probe('B2', '3.0')
    await fleet.report('A1', 'error', { 'package-uid': uid, ...error('installing') })
    const shown = (await fleet.api('GET', `/rollouts/${rollout}`)).json()
    expect(shown).toMatchObject({ status: 'running', counts: { failed: 1, pending: 1 } })
    expect(shown.devices).toContainEqual(
      expect.objectContaining({ device: a1, state: 'failed', reason: 'no space left on target' }),
    )
    const { reports } = (await fleet.api('GET', `/devices/${a1}/history`)).json()
    expect(reports).toMatchObject([{ previousState: 'installing', log: expect.stringContaining('info installing') }])
    expect((await fleet.probe('A1', '3.0')).statusCode).toBe(404)
    expect((await fleet.api('GET', `/devices/${a1}`)).json().wanted).toMatchObject({
      answer: 'none',
      reason: 'failed_before',
    })
    expect((await fleet.probe('B2', '3.0')).statusCode).toBe(200)
  })

  it('S7 of a package the fleet does not have are accepted and kept', async () => {
    const fleet = await testFleet()
    expect((await fleet.report('A1', 'installing', { 'package-uid': uidOf('local') })).statusCode).toBe(200)
    expect((await fleet.report('A1', 'installing', { 'package-uid': '' })).statusCode).toBe(200)
    const { reports } = (await fleet.api('GET', `/devices/${a1}/history`)).json()
    expect(reports).toMatchObject([{ package: '' }, { package: uidOf('local'), status: 'installing' }])
  })

  it('out of reverting mean rolled back', async () => {
    const fleet = await testFleet()
    const { uid, rollout } = await rollOut(fleet, '3.1')
    await fleet.probe('A1', '3.0')
    for (const status of steps) await fleet.report('A1', status, { 'package-uid': uid })
    await fleet.report('A1', 'error', { 'package-uid': uid, ...error('reverting'), version: '3.1' })
    await fleet.probe('A1', '3.0')
    expect((await fleet.api('GET', `/rollouts/${rollout}`)).json().counts).toMatchObject({ rolled_back: 1, failed: 0 })
  })

  it('that end with the reboot, and a probe of the old version, mean rolled back; a retry is offered by name', async () => {
    const fleet = await testFleet()
    const { uid, rollout } = await rollOut(fleet, '3.1')
    await fleet.probe('A1', '3.0')
    for (const status of steps) await fleet.report('A1', status, { 'package-uid': uid })
    expect((await fleet.probe('A1', '3.0')).statusCode).toBe(404)
    expect((await fleet.api('GET', `/rollouts/${rollout}`)).json().devices).toMatchObject([
      { state: 'rolled_back', reason: 'came back with version 3.0 instead of 3.1' },
    ])
    expect((await fleet.api('POST', `/devices/${a1}/retry`, { package: uid })).statusCode).toBe(200)
    const again = await fleet.probe('A1', '3.0')
    expect([again.statusCode, again.headers['windlass-retry']]).toEqual([200, uid])
    await fleet.report('A1', 'downloading', { 'package-uid': uid })
    expect((await fleet.probe('A1', '3.0')).headers['windlass-retry']).toBe(uid)
    await fleet.report('A1', 'error', { 'package-uid': uid, ...error('downloading') })
    expect((await fleet.probe('A1', '3.0')).statusCode).toBe(404)
  })
})
