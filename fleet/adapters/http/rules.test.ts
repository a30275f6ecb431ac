import { describe, expect, it } from 'vitest'
import { deviceId } from '../../identity/device-id.ts'
import { rollOut, testFleet, testPackage } from './test-fleet.ts'

const a1 = deviceId({ serial: 'A1' })

describe('the rule of a package', () => {
  it('leads a device through a version that must not be skipped', async () => {
    const fleet = await testFleet()
    const floor = await testPackage('3.5')
    await fleet.upload(floor.path)
    const ruled = await fleet.api('PUT', `/packages/${floor.uid}/rule`, { floor: true })
    expect(ruled.json()).toMatchObject({ version: '3.5', needs: null, floor: true })
    await fleet.probe('A1', '3.0')
    const last = await rollOut(fleet, '4.0')
    await fleet.api('PUT', `/packages/${last.uid}/rule`, { needs: '3.5' })
    const { wanted, why } = (await fleet.api('GET', `/devices/${a1}`)).json()
    expect(wanted).toMatchObject({ answer: 'offer', version: '3.5', rollout: 1 })
    expect(why[0].because).toEqual(['version 3.5 must not be skipped on the way to 4.0'])
    const { devices } = (await fleet.api('GET', '/rollouts/1')).json()
    expect(devices[0].reason).toMatch(/version 3\.5 must not be skipped/)
    expect((await fleet.probe('A1', '3.0')).body).toBe(floor.metadata)
    expect((await fleet.probe('A1', '3.5')).body).toBe(last.metadata)
    expect((await fleet.probe('A1', '4.0')).statusCode).toBe(404)
    expect((await fleet.api('GET', '/rollouts/1')).json().counts.updated).toBe(1)
  })

  it('is refused for what is no version, and for a package that is not there', async () => {
    const fleet = await testFleet()
    const { path, uid } = await testPackage('3.5')
    await fleet.upload(path)
    const wrong = (await fleet.api('PUT', `/packages/${uid}/rule`, { needs: 'new' })).json()
    expect(wrong).toMatchObject({ code: 'request_invalid', detail: expect.stringContaining('expected a version') })
    expect((await fleet.api('PUT', `/packages/${'0'.repeat(64)}/rule`, {})).json().code).toBe('package_unknown')
  })
})
