import { parseQuery } from '@windlass/model'
import { expect, it } from 'vitest'
import { bounded } from '../rollout/within.ts'
import type { Target } from '../store/records.ts'
import { attempt, kept, product, sight } from '../store/samples.ts'
import type { Store } from '../store/store.ts'
import { countedOneByOne } from './device-counts.ts'
import { type Extent, withinOf } from './extent.ts'

const other = 'e'.repeat(64)
const part = (over: Partial<Record<'products' | 'groups', readonly string[]>>) => ({
  products: [],
  groups: [],
  ...over,
})

/** What every store shows and changes for those who may see, or change, some devices. */
export function extentContract(store: () => Store): void {
  const hear = async (serial: string, version = '3.0', productUid: string = product) => {
    const seen = sight(serial, version, 1000, { productUid })
    await store().observe(seen, null, () => ({ attempts: [], reports: [] }))
    return seen.id
  }
  /** Four devices: two sites, one that is listed, one of another product. */
  const peopled = async () => {
    const ids = {
      west: await hear('west'),
      east: await hear('east', '3.1'),
      listed: await hear('listed'),
      strange: await hear('strange', '1.0', other),
    }
    for (const [id, site] of Object.entries({ [ids.west]: 'west', [ids.east]: 'east', [ids.strange]: 'west' }))
      await store().labelDevices({ devices: [id] }, { set: { site }, remove: [] })
    await store().addGroup({ name: 'west', members: { query: parseQuery('label.site = west') }, createdAt: 1 })
    await store().addGroup({ name: 'list', members: { devices: [ids.listed] }, createdAt: 1 })
    const nameOf = (id: string) => Object.entries(ids).find(([, each]) => each === id)?.[0] ?? id
    const named = (some: readonly string[]) => some.map(nameOf).sort()
    return { ids, named }
  }
  const cases: [string, ReturnType<typeof part>[], string[]][] = [
    ['everything that is in all of no parts', [], ['east', 'listed', 'strange', 'west']],
    ['a product', [part({ products: [other] })], ['strange']],
    ['a group', [part({ groups: ['west'] })], ['strange', 'west']],
    ['a list', [part({ groups: ['list'] })], ['listed']],
    ['groups and a list', [part({ groups: ['list', 'west'] })], ['listed', 'strange', 'west']],
    ['a product and a list', [part({ products: [other], groups: ['list'] })], ['listed', 'strange']],
    ['a group, of a product', [part({ groups: ['west'] }), part({ products: [product] })], ['west']],
    ['a group that is not there', [part({ groups: ['gone'] })], []],
    ['nothing', [part({})], []],
    ['what two have in common', [part({ groups: ['west'] }), part({ groups: ['list'] })], []],
  ]

  it('shows, counts and labels what lies within, and nothing else', async () => {
    const { ids, named } = await peopled()
    for (const [what, reach, right] of cases) {
      const within = await withinOf(store(), reach)
      const all = await store().devices({ within, limit: 9 })
      expect([what, named(all.map(({ id }) => id))]).toEqual([what, right])
      expect([what, named(await store().deviceIds({ within }))]).toEqual([what, right])
      expect([what, await store().countDevices({ within })]).toEqual([what, right.length])
      expect([what, await store().deviceCounts(within)]).toEqual([what, countedOneByOne(all)])
      for (const [name, id] of Object.entries(ids)) {
        const n = await store().countDevices({ devices: [id], within })
        expect([what, name, n]).toEqual([what, name, right.includes(name) ? 1 : 0])
      }
      const query = parseQuery('version >= 1')
      expect(named((await store().devices({ within, query, limit: 9 })).map(({ id }) => id))).toEqual(right)
      const products = [...new Set(all.map((device) => device.product))].sort()
      expect([what, (await store().productsOf({ within }, [other, 'none', product])).toSorted()]).toEqual([
        what,
        products,
      ])
      expect(await store().labelDevices({ within }, { set: { seen: 'yes' }, remove: [] })).toBe(right.length)
      expect([what, named(await store().deviceIds({ query: parseQuery('has label.seen') }))]).toEqual([what, right])
      await store().labelDevices({}, { set: {}, remove: ['seen'] })
    }
  })

  it('lets a device go out of sight as soon as it leaves the group', async () => {
    const { ids, named } = await peopled()
    const within = await withinOf(store(), [part({ groups: ['west'] })])
    await store().labelDevices({ devices: [ids.west] }, { set: { site: 'east' }, remove: [] })
    expect(named(await store().deviceIds({ within }))).toEqual(['strange'])
  })

  it('counts and lists of rollouts those within', async () => {
    const { ids, named } = await peopled()
    const asked: Target[] = [
      { product },
      { query: parseQuery('version < 9'), group: null },
      { devices: Object.values(ids).sort() },
    ]
    await store().addPackage(kept('p', '3.1'))
    for (const to of asked) await store().addRollout({ package: kept('p', '3.1'), to, createdAt: 7, startAt: null })
    await store().observe(sight('listed', '3.0', 2000), null, () => ({
      attempts: [attempt(ids.listed, { state: 'failed' })],
      reports: [],
    }))
    const seen = async (id: number, ...groups: string[]) => {
      const within = await withinOf(store(), [part({ groups }), part({ products: [product] })])
      const counts = (await store().counts([id], within)).get(id)
      expect(await store().tallies(id, within)).toEqual([counts])
      const members = await store().members(id, 9, undefined, undefined, within)
      expect(Object.values(counts ?? {}).reduce((sum, n) => sum + n, 0)).toBe(members.length)
      return { counts, members: named(members.map(({ known }) => known.device.id)) }
    }
    for (const id of [1, 2, 3]) {
      expect(await seen(id, 'west')).toMatchObject({ counts: { pending: 1, failed: 0 }, members: ['west'] })
      expect(await seen(id, 'list')).toMatchObject({ counts: { pending: 0, failed: 1 }, members: ['listed'] })
      const both = { counts: { pending: 1, failed: 1 }, members: ['listed', 'west'] }
      expect(await seen(id, 'list', 'west')).toMatchObject(both)
      expect(await seen(id, 'gone')).toMatchObject({ counts: { pending: 0, failed: 0 }, members: [] })
    }
  })

  const west = { name: 'west', query: parseQuery('label.site = west') }
  const list = { name: 'list', query: null }
  const all: Target = { query: parseQuery('all'), group: null }
  const bounds: [string, Target, Partial<Extent>, string[]][] = [
    ['a product to a group, later ones too', { product }, { groups: [west] }, ['later', 'west']],
    ['a query to a group', { query: parseQuery('version < 3'), group: null }, { groups: [west] }, []],
    ['a product to a list', { product }, { groups: [list] }, ['listed']],
    ['a query to a list', all, { groups: [list] }, ['listed']],
    ['a query to a group or a list as it is', all, { groups: [west, list] }, ['listed', 'west']],
    ['a query to a product', all, { products: [product] }, ['east', 'later', 'listed', 'west']],
  ]
  it('bounds rollouts, so that they go no further whoever comes', async () => {
    const { named } = await peopled()
    await store().addPackage(kept('p', '3.2'))
    for (const [, asked, over] of bounds) {
      const doing = [{ products: [], groups: [], ...over }]
      const to = await bounded(store(), { product }, asked, { seen: undefined, doing })
      await store().addRollout({ package: kept('p', '3.2'), to, createdAt: 7, startAt: null })
    }
    const later = await hear('later')
    await store().labelDevices({ devices: [later] }, { set: { site: 'west' }, remove: [] })
    for (const [i, [what, , , right]] of bounds.entries()) {
      const members = (await store().members(i + 1, 9, undefined)).map(({ known }) => known.device.id)
      const names = named(members).map((name) => (name === later ? 'later' : name))
      expect([what, names.toSorted()]).toEqual([what, right])
    }
  })
}
