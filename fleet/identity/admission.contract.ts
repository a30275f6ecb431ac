import { expect, it } from 'vitest'
import { mostLabels } from '../groups/group.ts'
import { kept, product, sight } from '../store/samples.ts'
import type { Conclusion, Store } from '../store/store.ts'
import type { Approval } from './import.ts'

const nothing = { attempts: [], reports: [] }
const approval = (serial: string, labels: Record<string, string>): Approval => ({
  device: sight(serial, '', 0).id,
  identity: { serial },
  labels,
})

/** What every store does with devices that may come, and those that are sent away. */
export function admissionContract(store: () => Store): void {
  const hear = (serial: string, version = '3.0', over: Partial<Conclusion> = {}) =>
    store().observe(sight(serial, version, 1000), null, ({ approved, device, news }) => ({
      ...nothing,
      ...over,
      approved,
      news,
      labels: device.labels,
    }))
  const deviceOf = async (serial: string) => (await store().known(sight(serial, '', 0).id))?.device

  it('knows who was let in beforehand, and labels them when they come', async () => {
    await hear('known')
    const given = [approval('known', { site: 'Oslo' }), approval('new', { site: 'Bergen' })]
    expect(await store().approve(given, 5)).toBe(1)
    expect((await deviceOf('known'))?.labels).toEqual({ site: 'Oslo' })
    expect(await hear('other')).toMatchObject({ approved: false, news: 'registered', labels: {} })
    expect(await hear('new')).toMatchObject({ approved: true, news: 'registered', labels: { site: 'Bergen' } })
    expect((await deviceOf('new'))?.labels).toEqual({ site: 'Bergen' })
    await store().labelDevices({ devices: [approval('new', {}).device] }, { set: {}, remove: ['site'] })
    expect(await hear('new', '3.1')).toMatchObject({ approved: true, news: 'changed', labels: {} })
  })

  it('lets all of a list in, or none', async () => {
    await hear('known')
    const many = Object.fromEntries(Array.from({ length: mostLabels }, (_, i) => [`l${i}`, 'x']))
    expect(await store().approve([approval('known', many)], 5)).toBe(1)
    expect(await store().approve([approval('new', {}), approval('known', { more: 'x' })], 5)).toBe('too_many')
    expect(await hear('new')).toMatchObject({ approved: false })
    expect(Object.keys((await deviceOf('known'))?.labels ?? {})).toHaveLength(mostLabels)
  })

  it('does not register one that is refused, and leaves a known one as it is', async () => {
    await hear('stranger', '3.0', { refused: 'nobody knows it' })
    expect(await deviceOf('stranger')).toBeUndefined()
    await hear('known')
    await hear('known', '3.1', { refused: 'it was sent away' })
    expect(await deviceOf('known')).toMatchObject({ version: '3.1', status: 'idle' })
  })

  it('takes a device out of service and back, and tells it in the history', async () => {
    const { id } = sight('A1', '', 0)
    expect(await store().setInService(id, false, 7)).toBe('unknown')
    await hear('A1')
    expect(await store().setInService(id, true, 7)).toBe('needless')
    expect(await store().setInService(id, false, 8)).toBe('changed')
    expect(await store().setInService(id, false, 9)).toBe('needless')
    expect((await deviceOf('A1'))?.status).toBe('decommissioned')
    await hear('A1', '3.1')
    expect((await deviceOf('A1'))?.status).toBe('decommissioned')
    expect(await store().setInService(id, true, 10)).toBe('changed')
    expect((await deviceOf('A1'))?.status).toBe('idle')
    expect((await store().history(id, 9)).map(({ at, status, concluded }) => [at, status, concluded])).toEqual([
      [10, 'recommissioned', true],
      [8, 'decommissioned', true],
    ])
  })

  it('counts no device out of service in a rollout', async () => {
    await store().addPackage(kept('p', '3.1'))
    await hear('A1')
    await hear('B2')
    await store().addRollout({ package: kept('p', '3.1'), to: { product }, createdAt: 7, startAt: null })
    await store().setInService(sight('A1', '', 0).id, false, 8)
    expect((await store().counts([1])).get(1)?.pending).toBe(1)
    expect(await store().members(1, 9, undefined)).toHaveLength(1)
  })
}
