import { describe, expect, it } from 'vitest'
import { deviceId } from '../../identity/device-id.ts'
import { rollOut, type TestFleet, testFleet } from './test-fleet.ts'

const a1 = deviceId({ serial: 'A1' })
const bring = (fleet: TestFleet, payload: string, type = 'text/csv') =>
  fleet.app.inject({
    method: 'POST',
    url: '/api/v1/devices/import',
    headers: { host: 'localhost', 'content-type': type },
    payload,
  })

describe('a table of devices', () => {
  it('lets devices come, with their labels', async () => {
    const fleet = await testFleet({ admission: 'approved' })
    const refused = await fleet.probe('A1', '3.0')
    expect([refused.statusCode, refused.json().error]).toEqual([403, 'the device was not approved'])
    expect((await fleet.report('A1', 'installing')).statusCode).toBe(403)
    expect((await fleet.api('GET', '/devices')).json().devices).toEqual([])
    expect((await bring(fleet, 'identity.serial,label.site\nA1,Oslo\nB2,\n')).json()).toEqual({ devices: 2, known: 0 })
    expect((await fleet.probe('A1', '3.0')).statusCode).toBe(404)
    expect((await fleet.api('GET', `/devices/${a1}`)).json().labels).toEqual({ site: 'Oslo' })
    expect((await fleet.probe('C3', '3.0')).statusCode).toBe(403)
  })

  it('that is wrong is refused with the lines that are off, and nothing of it is kept', async () => {
    const fleet = await testFleet({ admission: 'approved' })
    const answer = await bring(fleet, 'identity.serial,label.site\nA1,Oslo\n,Bergen\n')
    expect(answer.statusCode).toBe(422)
    expect(answer.json()).toMatchObject({
      code: 'import_invalid',
      errors: ['line 3: expected at least one part of an identity, got none'],
    })
    expect((await fleet.probe('A1', '3.0')).statusCode).toBe(403)
    expect((await bring(fleet, '{}', 'application/json')).json().code).toBe('request_invalid')
  })
})

describe('a device out of service', () => {
  it('is refused, keeps its history, and can be taken back', async () => {
    const fleet = await testFleet()
    await fleet.probe('A1', '3.0')
    await rollOut(fleet, '3.1')
    const gone = (await fleet.api('POST', `/devices/${a1}/decommission`)).json()
    expect(gone).toMatchObject({ status: 'decommissioned', wanted: { answer: 'none', reason: 'decommissioned' } })
    const again = await fleet.api('POST', `/devices/${a1}/decommission`)
    expect([again.statusCode, again.json().code]).toEqual([409, 'device_decommissioned'])
    const probe = await fleet.probe('A1', '3.0')
    expect([probe.statusCode, probe.json().error]).toEqual([403, 'the device was decommissioned'])
    expect((await fleet.report('A1', 'installing')).statusCode).toBe(403)
    expect((await fleet.api('GET', '/rollouts/1')).json().devices).toEqual([])
    const { reports } = (await fleet.api('GET', `/devices/${a1}/history`)).json()
    expect(reports).toMatchObject([{ status: 'decommissioned', concluded: true }])
    expect((await fleet.api('POST', `/devices/${a1}/recommission`)).json().status).toBe('idle')
    expect((await fleet.api('POST', `/devices/${a1}/recommission`)).json().code).toBe('device_in_service')
    expect((await fleet.probe('A1', '3.0')).statusCode).toBe(200)
    expect((await fleet.api('POST', `/devices/${'0'.repeat(64)}/decommission`)).json().code).toBe('device_unknown')
  })

  it('is not what a device can say of itself', async () => {
    const fleet = await testFleet()
    await fleet.probe('A1', '3.0')
    await fleet.report('A1', 'decommissioned')
    expect((await fleet.api('GET', `/devices/${a1}`)).json().status).toBe('idle')
    expect((await fleet.probe('A1', '3.0')).statusCode).toBe(404)
  })
})
