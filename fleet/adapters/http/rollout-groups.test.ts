import { expect, it } from 'vitest'
import { deviceId } from '../../identity/device-id.ts'
import { stewardRound } from '../../rollout/steward.ts'
import { product } from '../../store/samples.ts'
import { type TestFleet, testFleet, testPackage } from './test-fleet.ts'

const serials = ['A', 'B', 'C', 'D']
const id = (serial: string) => deviceId({ serial })

async function fleetWith(): Promise<{ fleet: TestFleet; uid: string }> {
  const fleet = await testFleet()
  for (const serial of serials) await fleet.probe(serial, '3.0')
  const { path, uid } = await testPackage('3.1')
  await fleet.upload(path)
  return { fleet, uid }
}
const label = (fleet: TestFleet, serial: string, set: object) =>
  fleet.api('PATCH', `/devices/${id(serial)}/labels`, { set })
const offered = async (fleet: TestFleet, asking = serials) => {
  const answers = await Promise.all(asking.map((serial) => fleet.probe(serial, '3.0')))
  return asking.filter((_, i) => answers[i]?.body !== '' && answers[i]?.statusCode === 200)
}

it('a rollout for a group is for whoever is in it when they ask, and says so to the others', async () => {
  const { fleet, uid } = await fleetWith()
  await label(fleet, 'A', { site: 'west' })
  await fleet.api('POST', '/groups', { name: 'west', query: 'label.site = west and version < 3.1' })
  const started = await fleet.api('POST', '/rollouts', { package: uid, to: { group: 'west' } })
  const to = { group: 'west', query: 'label.site = west and version < 3.1' }
  expect(started.json()).toMatchObject({ to, counts: { pending: 1 } })
  await fleet.api('DELETE', '/groups/west')
  expect(await offered(fleet)).toEqual(['A'])
  await label(fleet, 'B', { site: 'west' })
  expect(await offered(fleet, ['B', 'C'])).toEqual(['B'])
  await fleet.probe('A', '3.1')
  expect((await fleet.api('GET', '/rollouts/1')).json()).toMatchObject({ to, counts: { updated: 1, pending: 1 } })
  expect((await fleet.api('GET', `/devices/${id('C')}`)).json()).toMatchObject({
    wanted: { answer: 'none', reason: 'not_in_group', rollout: 1 },
    why: [{ code: 'not_in_group', text: 'rollout 1 is for group west; the device is not among them' }],
  })
})

it('a rollout for a query needs no group', async () => {
  const { fleet, uid } = await fleetWith()
  const started = await fleet.api('POST', '/rollouts', { package: uid, to: { query: 'identity.serial in (C,D)' } })
  expect(started.json().to).toEqual({ query: 'identity.serial in (C, D)' })
  expect(await offered(fleet)).toEqual(['C', 'D'])
})

it('phases take groups first, and those that join a group later', async () => {
  const { fleet, uid } = await fleetWith()
  await fleet.api('POST', '/groups', { name: 'canary', query: 'label.ring = canary' })
  await fleet.api('POST', '/groups', { name: 'second', devices: [id('C')] })
  const phases = [{ size: { group: 'canary' } }, { size: { group: 'second' } }]
  await fleet.api('POST', '/rollouts', { package: uid, to: { product }, phases })
  await stewardRound(fleet)
  expect(await offered(fleet)).toEqual([])
  const detail = async () => (await fleet.api('GET', '/rollouts/1')).json()
  expect((await detail()).phases).toMatchObject([
    { state: 'open', waitsFor: ['phase 1 has nobody of group canary yet'] },
    { counts: { pending: 1 } },
    { counts: { pending: 3 } },
  ])
  await label(fleet, 'B', { ring: 'canary' })
  expect(await offered(fleet)).toEqual(['B'])
  await fleet.probe('B', '3.1')
  await stewardRound(fleet)
  expect(await offered(fleet, ['A', 'C', 'D'])).toEqual(['C'])
  await fleet.probe('C', '3.1')
  await stewardRound(fleet)
  expect(await offered(fleet, ['A', 'D'])).toEqual(['A', 'D'])
  expect((await detail()).plan.phases[0].size).toEqual({ group: 'canary' })
})

it.each([
  [{ to: { group: 'none' } }, 'group_unknown'],
  [{ to: { query: 'version <' } }, 'query_invalid'],
  [{ to: { product }, phases: [{ size: { group: 'none' } }] }, 'group_unknown'],
  [{ to: { group: 'a', query: 'all' } }, 'request_invalid'],
])('%j is refused: %s', async (order, code) => {
  const { fleet, uid } = await fleetWith()
  for (const route of ['/rollouts', '/rollouts/forecast'])
    expect((await fleet.api('POST', route, { package: uid, ...order })).json().code).toBe(code)
})
