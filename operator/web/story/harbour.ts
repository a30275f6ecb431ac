import { operatorClient } from '@windlass/wire/operator'
import { fillBarges } from './barges.ts'
import { fillDevices, fillPhases, makePackage, PlayedDevice } from './devices.ts'
import type { FleetProgram } from './fleet-program.ts'
import { startListener } from './listener.ts'
import { connectUnit, fillReleases, halfwayStatus, type PlayedUnit, springStatus, tellOfLoad } from './units.ts'

/**
 * A fleet in the middle of a day: devices in every state, a rollout in phases, three units of which one is failing, and barges
 * that get a release.
 */
export interface Harbour {
  /** Has arrived, failed, and is on its way. */
  units: { arrived: PlayedUnit; failed: PlayedUnit; underWay: PlayedUnit }
  barges: readonly PlayedUnit[]
  leave(): Promise<void>
}

export const quietDevices = 330

export async function fillHarbour(fleet: FleetProgram, nowMs: number): Promise<Harbour> {
  const client = operatorClient({ url: fleet.url })
  await fillReleases(fleet)
  const units = {
    arrived: await connectUnit(fleet, 'ferry-7', 'ferry'),
    failed: await connectUnit(fleet, 'tug-2', 'tug'),
    underWay: await connectUnit(fleet, 'ferry-8', 'ferry'),
  }
  for (const [id, release] of [
    ['ferry-7', 1],
    ['tug-2', 1],
    ['ferry-8', 2],
  ] as const)
    await client.setRelease(id, release)
  units.arrived.say(springStatus(false))
  units.failed.say(springStatus(true))
  units.underWay.say(halfwayStatus())
  tellOfLoad(units.underWay, nowMs)
  const { units: barges } = await fillBarges(fleet)
  const listeners = [await startListener(204), await startListener(503)]
  for (const { url } of listeners) await client.addWebhook({ url, events: ['rollout', 'unit_rollout', 'group'] })
  await fillDevices(fleet, quietDevices)
  await fillPhases(fleet, 60)
  const [newest] = await client.packages()
  if (newest) await client.setRule(newest.uid, { needs: '1.8' })
  await client.labelDevices({ to: { query: 'identity.serial ~ GW-10*' }, set: { ring: '1', site: 'Oslo' } })
  await client.labelDevices({ to: { query: 'identity.serial ~ GW-20*' }, set: { site: 'Bergen' } })
  await client.addGroup({ name: 'early', query: 'label.ring = 1' })
  await client.addGroup({ name: 'bergen-old', query: 'label.site = Bergen and version < 2.0' })
  await client.labelUnits({ to: { query: 'model = barge' }, set: { quay: 'north' } })
  await client.labelUnits({ to: { units: ['barge-1', 'ferry-7'] }, set: { ring: 'early' } })
  await client.addUnitGroup({ name: 'barges', query: 'model = barge' })
  await client.addUnitGroup({ name: 'first-ones', query: 'label.ring = early' })
  const inDays = (days: number) => new Date(nowMs + days * 86_400_000).toISOString()
  await client.claim({ uses: 20, expiresAt: inDays(30) })
  await client.claim({ systemId: 'pilot-1', expiresAt: inDays(2) })
  await client.withdrawClaim((await client.claim({ uses: 5 })).id)
  await client.addProject('shipyard')
  await client.addToken({ name: 'build-server', grants: [{ role: 'operator' }], days: 90 })
  const leave = async (): Promise<void> => {
    for (const unit of [...Object.values(units), ...barges]) unit.leave()
    for (const listener of listeners) await listener.stop()
  }
  return { units, barges, leave }
}

/** Every page of the console with something on it, by name: its address. */
export async function harbourPages({ url }: FleetProgram): Promise<Record<string, string>> {
  const [failed] = (await operatorClient({ url }).devices({ search: 'GW-1003' })).devices
  if (!failed) throw new Error('expected GW-1003 in the harbour')
  return {
    overview: '/',
    devices: '/devices',
    'devices-failed': `/devices?query=${encodeURIComponent('status in (error, rolled_back)')}`,
    device: `/devices/${failed.id}`,
    units: '/units',
    'units-group': '/units?group=barges',
    unit: '/units/ferry-8',
    'unit-failed': '/units/tug-2',
    rollouts: '/rollouts',
    rollout: '/rollouts/2',
    'rollout-new': '/rollouts/new',
    'unit-rollout': '/unit-rollouts/1',
    'unit-rollout-new': '/unit-rollouts/new',
    'unit-rollout-new-units': `/unit-rollouts/new?units=${encodeURIComponent('["barge-1","barge-2"]')}`,
    claims: '/claims',
    groups: '/groups',
    packages: '/packages',
    releases: '/releases?from=1&to=2',
    'release-new': '/releases/new',
    activity: '/activity',
    audit: '/audit',
    'audit-none': '/audit?who=nobody&only=refused',
    settings: '/settings',
    projects: '/projects',
    missing: '/units/nobody',
  }
}

/** Lets something happen that an open console tells of. */
export async function stirHarbour(fleet: FleetProgram, { units }: Harbour): Promise<void> {
  const { uid } = await makePackage(fleet, '2.0', 40_000)
  for (const serial of ['GW-1004', 'GW-1005', 'GW-1006'])
    await new PlayedDevice(fleet, serial, '1.9').report(uid, 'installing')
  await new PlayedDevice(fleet, 'GW-1005', '1.9').fail(uid)
  await new PlayedDevice(fleet, 'GW-1004', '1.9').probe('2.0')
  units.arrived.say(springStatus(true))
  units.arrived.say(springStatus(false))
}
