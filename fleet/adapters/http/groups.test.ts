import { describe, expect, it } from 'vitest'
import { deviceId } from '../../identity/device-id.ts'
import { type TestFleet, testFleet } from './test-fleet.ts'

const [a1, b2] = [deviceId({ serial: 'A1' }), deviceId({ serial: 'B2' })]

const fleetOfTwo = async (): Promise<TestFleet> => {
  const fleet = await testFleet()
  await fleet.probe('A1', '3.0')
  await fleet.probe('B2', '3.1')
  return fleet
}
const listed = async (fleet: TestFleet, filter: Record<string, string>): Promise<string[]> => {
  const answer = await fleet.api('GET', `/devices?${new URLSearchParams(filter).toString()}`)
  return answer.json<{ devices: { id: string }[] }>().devices.map(({ id }) => id)
}

describe('labels', () => {
  it('are written on one device, and shown', async () => {
    const fleet = await fleetOfTwo()
    const change = { set: { site: 'Oslo', ring: '1' } }
    const detail = (await fleet.api('PATCH', `/devices/${a1}/labels`, change)).json()
    expect(detail).toMatchObject({ id: a1, labels: { site: 'Oslo', ring: '1' } })
    const less = (await fleet.api('PATCH', `/devices/${a1}/labels`, { remove: ['ring'] })).json()
    expect(less.labels).toEqual({ site: 'Oslo' })
    expect((await fleet.api('PATCH', `/devices/${'0'.repeat(64)}/labels`, change)).json().code).toBe('device_unknown')
    expect((await fleet.api('PATCH', `/devices/${a1}/labels`, { set: { 'a b': 'x' } })).json().code).toBe(
      'request_invalid',
    )
  })

  it('are written on many: a query, a group, or a list', async () => {
    const fleet = await fleetOfTwo()
    const label = async (to: object, set = { site: 'Oslo' }) =>
      (await fleet.api('POST', '/devices/labels', { to, set })).json()
    expect(await label({ query: 'version >= 3' })).toEqual({ devices: 2 })
    await fleet.api('POST', '/groups', { name: 'new', query: 'version > 3.0' })
    expect(await label({ group: 'new' })).toEqual({ devices: 1 })
    expect(await label({ devices: [a1, b2] })).toEqual({ devices: 2 })
    expect(await label({ group: 'none' })).toMatchObject({ code: 'group_unknown' })
    const many = Object.fromEntries(Array.from({ length: 65 }, (_, i) => [`l${i}`, 'x']))
    expect(await label({ query: 'all' }, many as never)).toMatchObject({ code: 'labels_too_many' })
  })
})

describe('groups', () => {
  it('by a query have whoever matches now', async () => {
    const fleet = await fleetOfTwo()
    const made = (await fleet.api('POST', '/groups', { name: 'old', query: 'version<3.1' })).json()
    expect(made).toMatchObject({ name: 'old', query: 'version < 3.1', devices: 1 })
    await fleet.probe('B2', '3.0')
    expect((await fleet.api('GET', '/groups/old')).json().devices).toBe(2)
    await fleet.probe('A1', '3.2')
    expect(await listed(fleet, { group: 'old' })).toEqual([b2])
  })

  it('are listed by name, and forgotten', async () => {
    const fleet = await fleetOfTwo()
    await fleet.api('POST', '/groups', { name: 'two', devices: [a1, b2] })
    await fleet.api('POST', '/groups', { name: 'one', devices: [b2] })
    const groups = (await fleet.api('GET', '/groups')).json().groups
    expect(groups).toMatchObject([
      { name: 'one', query: null, devices: 1 },
      { name: 'two', query: null, devices: 2 },
    ])
    expect((await fleet.api('DELETE', '/groups/one')).statusCode).toBe(204)
    expect((await fleet.api('GET', '/groups/one')).json().code).toBe('group_unknown')
    expect((await fleet.api('DELETE', '/groups/one')).json().code).toBe('group_unknown')
  })

  it.each([
    [{ name: 'x', query: 'version <' }, 'query_invalid'],
    [{ name: 'taken', query: 'all' }, 'group_exists'],
    [{ name: 'x', devices: ['0'.repeat(64)] }, 'device_unknown'],
    [{ name: 'No', query: 'all' }, 'request_invalid'],
    [{ name: 'x', query: 'all', devices: [] }, 'request_invalid'],
  ])('%j is refused: %s', async (order, code) => {
    const fleet = await fleetOfTwo()
    await fleet.api('POST', '/groups', { name: 'taken', query: 'all' })
    expect((await fleet.api('POST', '/groups', order)).json().code).toBe(code)
  })
})

describe('a group', () => {
  it('means others from now on, where they can be', async () => {
    const fleet = await fleetOfTwo()
    await fleet.api('POST', '/groups', { name: 'one', devices: [a1] })
    const change = (name: string, members: object) => fleet.api('PUT', `/groups/${name}`, members)
    expect((await change('one', { query: 'all' })).json()).toMatchObject({ name: 'one', query: 'all', devices: 2 })
    expect((await change('one', { devices: ['f'.repeat(64)] })).json().code).toBe('device_unknown')
    expect((await change('one', { query: 'version' })).json().code).toBe('query_invalid')
    expect((await change('none', { query: 'all' })).json().code).toBe('group_unknown')
    expect((await fleet.api('GET', '/groups/one')).json()).toMatchObject({ query: 'all' })
  })
})

describe('the list of devices', () => {
  it('is of those of which all that is asked is true', async () => {
    const fleet = await fleetOfTwo()
    expect(await listed(fleet, { query: 'identity.serial = A1' })).toEqual([a1])
    expect(await listed(fleet, { query: 'version >= 3.1', search: 'A1' })).toEqual([])
    const wrong = (await fleet.api('GET', '/devices?query=version')).json()
    expect(wrong).toMatchObject({
      code: 'query_invalid',
      detail: 'query, character 8: expected =, !=, ~, <, <=, >, >= or in, got the end',
    })
    expect((await fleet.api('GET', '/devices?group=none')).json().code).toBe('group_unknown')
  })
})
