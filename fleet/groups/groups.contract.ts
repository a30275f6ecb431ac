import { matchesQuery, parseQuery, type Query } from '@windlass/model'
import { anyQuery, anySubject } from '@windlass/model/fakes'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { Sight } from '../store/records.ts'
import { product, sight, uidOf } from '../store/samples.ts'
import type { Store } from '../store/store.ts'
import { countedOneByOne } from './device-counts.ts'
import { type Group, mostLabels, type Selection } from './group.ts'

const hear = async (store: Store, s: Sight): Promise<string> => {
  await store.observe(s, null, () => ({ attempts: [], reports: [] }))
  return s.id
}
const named = (name: string, members: Group['members']): Group => ({ name, members, createdAt: 1000 })
const query = (text: string): { query: Query } => ({ query: parseQuery(text) })

/** What every store does with labels, queries and groups. */
export function groupsContract(store: () => Store): void {
  const found = async (selection: Selection) => (await store().devices({ ...selection, limit: 99 })).map(({ id }) => id)

  it('says of a query what the model says of it', async () => {
    const subjects = fc.sample(anySubject, { numRuns: 60, seed: 1 })
    for (const [
      n,
      { labels, product: productUid, version, hardware, identity, attributes, status },
    ] of subjects.entries()) {
      const facts = { productUid, version, hardware, identity, attributes }
      const seen: Sight = { id: uidOf(`device ${n}`), facts, at: 1000, by: 'probe' }
      await store().observe(seen, null, () => ({ attempts: [], reports: [], status }))
      await store().labelDevices({ devices: [seen.id] }, { set: labels, remove: [] })
    }
    const all = await store().devices({ limit: 99 })
    expect(all).toHaveLength(60)
    const answers = new Set<number>()
    await fc.assert(
      fc.asyncProperty(anyQuery, async (asked) => {
        const right = all.filter((device) => matchesQuery(asked, device)).map(({ id }) => id)
        expect(await found({ query: asked })).toEqual(right)
        answers.add(right.length)
      }),
      { numRuns: 200, seed: 2 },
    )
    expect(answers.size).toBeGreaterThan(10)
  }, 120_000)

  it('counts all devices as a recount does, whatever happened to them', async () => {
    expect(await store().deviceCounts()).toEqual(countedOneByOne([]))
    const happening = fc.record({
      serial: fc.nat(9),
      version: fc.constantFrom('3.0', '3.1', '3.10'),
      hardware: fc.constantFrom('gw-mk2', 'gw-mk3'),
      status: fc.constantFrom('idle', 'error', 'installing'),
      by: fc.constantFrom('probe', 'report'),
    })
    const course = fc.sample(happening, { numRuns: 120, seed: 3 }).map(
      ({ serial, version, hardware, status, by }, n) =>
        () =>
          store().observe({ ...sight(`S${serial}`, version, n, { hardware }), by }, null, () => ({
            attempts: [],
            reports: [],
            status,
          })),
    )
    while (course.length > 0) {
      await Promise.all(course.splice(0, 6).map((happen) => happen()))
      const all = await store().devices({ limit: 99 })
      expect(await store().deviceCounts()).toEqual(countedOneByOne(all))
      const of = (...products: string[]) => store().deviceCounts([{ products, groups: [] }])
      expect(await of(product, 'another')).toEqual(countedOneByOne(all))
      expect(await of('another')).toEqual(countedOneByOne([]))
    }
  })

  it('keeps labels through what the device says', async () => {
    const a = await hear(store(), sight('A1', '3.0', 1000))
    expect(await store().labelDevices({ devices: [a] }, { set: { site: 'Oslo', ring: '1' }, remove: [] })).toBe(1)
    await hear(store(), sight('A1', '3.1', 2000))
    expect(await store().labelDevices({ devices: [a] }, { set: { ring: '2' }, remove: ['site', 'ring', 'x'] })).toBe(1)
    expect((await store().known(a))?.device).toMatchObject({ version: '3.1', labels: { ring: '2' } })
  })

  it('labels all that are meant, or none', async () => {
    const a = await hear(store(), sight('A1', '3.0', 1000))
    await hear(store(), sight('B2', '3.0', 1000))
    const many = Object.fromEntries(Array.from({ length: mostLabels }, (_, i) => [`l${i}`, 'x']))
    expect(await store().labelDevices({ devices: [a] }, { set: many, remove: [] })).toBe(1)
    expect(await store().labelDevices({}, { set: { one: 'more' }, remove: [] })).toBe('too_many')
    expect(await store().countDevices(query('label.one = more'))).toBe(0)
    expect(await store().labelDevices({}, { set: { one: 'more' }, remove: ['l0'] })).toBe(2)
    expect(await store().countDevices(query('label.one = more'))).toBe(2)
  })

  it('counts who is in a group now: devices join as they match', async () => {
    const group = named('old', query('version < 3.1 and label.ring = 1'))
    expect(await store().addGroup(group)).toBe('added')
    const a = await hear(store(), sight('A1', '3.0', 1000))
    expect(await store().countDevices({ group })).toBe(0)
    await store().labelDevices({ devices: [a] }, { set: { ring: '1' }, remove: [] })
    expect(await found({ group })).toEqual([a])
    await hear(store(), sight('A1', '3.1', 2000))
    expect(await store().countDevices({ group })).toBe(0)
  })

  it('lets a group mean others', async () => {
    const [a, b] = [await hear(store(), sight('A1', '3.0', 1)), await hear(store(), sight('B1', '3.0', 1))]
    await store().addGroup(named('few', { devices: [a] }))
    expect(await store().changeGroup('few', { devices: [b, b] })).toBe('changed')
    expect(await store().group('few')).toEqual(named('few', { devices: [b] }))
    expect(await store().changeGroup('few', { devices: [uidOf('a stranger')] })).toBe('unlisted')
    expect(await store().group('few')).toEqual(named('few', { devices: [b] }))
    expect(await store().changeGroup('few', query('all'))).toBe('changed')
    expect(await store().group('few')).toEqual(named('few', query('all')))
    expect(await store().changeGroup('none', query('all'))).toBe('unknown')
  })

  it('gives groups back by name, and takes each name once', async () => {
    const a = await hear(store(), sight('A1', '3.0', 1000))
    const listed = named('listed', { devices: [a, a] })
    const asked = named('asked', query('label.site = "Oslo east" or not version >= 3'))
    expect([await store().addGroup(listed), await store().addGroup(asked)]).toEqual(['added', 'added'])
    expect(await store().addGroup(named('asked', { devices: [] }))).toBe('there')
    expect(await store().addGroup(named('unknown', { devices: [a, uidOf('nobody')] }))).toBe('unknown')
    expect(await store().groups()).toEqual([asked, named('listed', { devices: [a] })])
    expect(await store().group('listed')).toEqual(named('listed', { devices: [a] }))
    expect(await found({ group: listed, query: parseQuery('version = 3.0') })).toEqual([a])
    expect([await store().removeGroup('listed'), await store().removeGroup('listed')]).toEqual(['removed', 'unknown'])
    expect(await store().group('listed')).toBeUndefined()
  })
}
