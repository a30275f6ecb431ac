import { parseQuery } from '@windlass/model'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { decide } from '../desired-state/decide.ts'
import { givenTo } from '../desired-state/verdict.ts'
import type { Group } from '../groups/group.ts'
import type { Known } from '../store/records.ts'
import { attempt, kept, product, sight } from '../store/samples.ts'
import type { NewRollout, Store } from '../store/store.ts'
import { phaseOf } from './audience.ts'
import { openingOf } from './openings.ts'
import { planOf } from './plan.ts'
import { sumOf, totalOf } from './progress.ts'
import { standingOf } from './standing.ts'

const query = (text: string): Pick<Group, 'members'> => ({ members: { query: parseQuery(text) } })
const west = { query: parseQuery('label.site = west'), group: 'west' }

/** What every store does with rollouts for groups and queries, and with phases that take a group. */
export function audienceContract(store: () => Store): void {
  const hear = async (serial: string, over: { version?: string; labels?: Record<string, string> } = {}) => {
    const { id } = sight(serial, '3.0', 0)
    await store().observe(sight(serial, over.version ?? '3.0', 1000), null, () => ({ attempts: [], reports: [] }))
    if (over.labels) await store().labelDevices({ devices: [id] }, { set: over.labels, remove: ['site', 'ring'] })
    return id
  }
  const start = async (over: Partial<NewRollout> = {}) => {
    await store().addPackage(kept('p', '3.1'))
    const order = { package: kept('p', '3.1'), to: west, createdAt: 7, startAt: null, ...over }
    const { rollout } = (await store().addRollout(order)) ?? {}
    if (!rollout) throw new Error('expected a rollout')
    return rollout
  }
  const members = async (id = 1) =>
    (await store().members(id, 99, undefined)).map(({ known }) => String(known.device.identity['serial']))
  const knownAs = async (serial: string): Promise<Known> => {
    const known = await store().known(sight(serial, '3.0', 0).id)
    if (!known) throw new Error(`expected ${serial} to be known`)
    return known
  }

  it('are for those that match now: later ones join, others go unless they were given it', async () => {
    await hear('in', { labels: { site: 'west' } })
    await hear('out', { labels: { site: 'east' } })
    const { to, audience } = await start()
    expect({ to, audience }).toEqual({ to: west, audience: west })
    expect(await members()).toEqual(['in'])
    await hear('later', { labels: { site: 'west' } })
    await hear('out', { labels: { site: 'west' } })
    expect((await members()).toSorted()).toEqual(['in', 'later', 'out'])
    const offered = sight('out', '3.0', 2000)
    await store().observe(offered, null, () => ({
      attempts: [attempt(offered.id, { under: { rollout: 1, phase: 0 } })],
      reports: [],
    }))
    await hear('out', { labels: { site: 'east' } })
    await hear('in', { labels: { site: 'east' } })
    expect((await members()).toSorted()).toEqual(['later', 'out'])
    expect((await store().counts([1])).get(1)).toMatchObject({ pending: 2 })
    const of = async (serial: string) => decide(await knownAs(serial), 9, { openings: openingOf })
    expect(await of('out')).toMatchObject({ answer: 'offer' })
    expect(await of('in')).toMatchObject({ answer: 'none', reason: 'not_in_group', why: [{ rollout: 1 }] })
  })

  it('give a device the orders that may be for it, with what they ask', async () => {
    const id = await hear('a', { labels: { site: 'east' } })
    await start()
    expect((await store().known(id))?.orders).toMatchObject([{ rollout: 1, audience: west }])
    const heard = await store().observe(sight('a', '3.0', 2000), null, ({ orders }) => ({
      attempts: [],
      reports: [],
      orders,
    }))
    expect(heard.orders).toEqual((await store().known(id))?.orders)
    const foreign = sight('b', '3.0', 1000, { productUid: 'f'.repeat(64) })
    await store().observe(foreign, null, () => ({ attempts: [], reports: [] }))
    expect((await store().known(foreign.id))?.orders).toEqual([])
  })

  it('to a listed group are for those of the product among the listed', async () => {
    const a = await hear('a')
    const foreign = sight('b', '3.0', 1000, { productUid: 'f'.repeat(64) })
    await store().observe(foreign, null, () => ({ attempts: [], reports: [] }))
    await start({ to: { devices: [a, foreign.id], group: 'two' } })
    expect((await store().rollout(1))?.to).toEqual({ devices: [a], group: 'two' })
    expect(await members()).toEqual(['a'])
  })

  it('have phases of groups before and between those that are drawn', async () => {
    for (let n = 0; n < 10; n++) await hear(`D${n}`, { labels: { ring: n < 2 ? 'canary' : '-' } })
    const listed = sight('D9', '3.0', 0).id
    const groups = new Map<string, Pick<Group, 'members'>>([
      ['canary', query('label.ring = canary')],
      ['listed', { members: { devices: [listed] } }],
    ])
    const sizes = [{ group: 'canary' }, { percent: 20 }, { group: 'listed' }, { count: 1 }]
    const plan = planOf({ phases: sizes.map((size) => ({ size })) }, groups)
    const lists = [{ phase: 2, devices: [listed] }]
    const rollout = await start({ to: { product }, plan, lists })
    expect((await store().tallies(1)).map(totalOf)).toEqual([2, 2, 1, 1, 4])
    expect(rollout.bounds).toHaveLength(4)
    const { orders, device, attempts } = await knownAs('D9')
    expect(orders[0]).toMatchObject({ listed: 2 })
    expect(orders[0] && phaseOf(device, givenTo(attempts), orders[0])).toBe(2)
    await hear('D10', { labels: { ring: 'canary' } })
    expect((await store().tallies(1)).map(totalOf)).toEqual([3, 2, 1, 1, 4])
    const found =
      (await store().forecast({
        package: kept('p', '3.1'),
        to: { product },
        createdAt: 1,
        startAt: null,
        plan,
        lists,
      })) ?? []
    expect(
      [0, 1, 2, 3, 4].map((i) => found.filter(({ phase }) => phase === i).reduce((sum, f) => sum + f.devices, 0)),
    ).toEqual([3, 3, 1, 1, 3])
  })

  it('keep a device in the phase in which it was given, whatever it is by then', async () => {
    await hear('a', { labels: { ring: 'canary' } })
    await hear('b')
    const plan = planOf({ phases: [{ size: { group: 'old' } }] }, new Map([['old', query('version < 3.1')]]))
    await start({ to: { query: parseQuery('version < 3.1'), group: 'old' }, plan })
    expect((await store().tallies(1)).map(totalOf)).toEqual([2, 0])
    const updated = sight('a', '3.1', 2000)
    await store().observe(updated, null, () => ({
      attempts: [attempt(updated.id, { state: 'updated', under: { rollout: 1, phase: 0 } })],
      reports: [],
    }))
    expect(await store().tallies(1)).toMatchObject([{ updated: 1, pending: 1 }, {}])
    expect((await store().ranBefore(1)).flatMap(({ devices }) => devices)).toEqual([updated.id])
  })

  it('are counted as the policy decides, whatever happens to the devices', async () => {
    const groups = new Map([['canary', query('label.ring = canary or version < 2')]])
    const plan = planOf({ phases: [{ size: { group: 'canary' } }, { size: { percent: 30 } }] }, groups)
    for (let n = 0; n < 8; n++) await hear(`S${n}`, { labels: { site: 'west' } })
    await start({ plan })
    const happening = fc.record({
      serial: fc.nat(7),
      version: fc.constantFrom('1.0', '3.0', '3.1'),
      site: fc.constantFrom('west', 'east'),
      ring: fc.constantFrom('canary', '-'),
      state: fc.constantFrom('offered', 'updating', 'updated', 'failed', null),
    })
    for (const { serial, version, site, ring, state } of fc.sample(happening, { numRuns: 60, seed: 5 })) {
      await hear(`S${serial}`, { version, labels: { site, ring } })
      await store().observe(sight(`S${serial}`, version, 2000), null, ({ device, attempts, orders: [order] }) => {
        const decided = order && decide({ device, attempts, orders: [order], rules: [] }, 9, { openings: openingOf })
        const isIn = decided?.why[0]?.code !== 'not_in_group'
        if (!order || state === null || !isIn) return { attempts: [], reports: [] }
        const under = { rollout: 1, phase: phaseOf(device, givenTo(attempts), order) }
        return { attempts: [attempt(device.id, { state, under })], reports: [] }
      })
    }
    const tallies = await store().tallies(1)
    const recount = tallies.map(() => ({ pending: 0, updating: 0, updated: 0, failed: 0, rolled_back: 0 }))
    for (const { id } of await store().devices({ limit: 99 })) {
      const known = await store().known(id)
      const [order] = known?.orders ?? []
      if (!known || !order) throw new Error('expected an order')
      if (decide(known, 9, { openings: openingOf }).why[0]?.code === 'not_in_group') continue
      const tally = recount[phaseOf(known.device, givenTo(known.attempts), order)]
      if (tally) tally[standingOf(known.device, order, known.attempts)] += 1
    }
    expect(tallies).toEqual(recount)
    expect((await store().counts([1])).get(1)).toEqual(sumOf(tallies))
    expect(tallies.filter((counts) => totalOf(counts) > 0).length).toBeGreaterThan(1)
  })

  it('find who is in trouble among those they are for', async () => {
    await hear('in', { labels: { site: 'west' } })
    await hear('out', { labels: { site: 'east' } })
    await start()
    const { upTo } = await store().troubles(1, null, null)
    for (const serial of ['in', 'out']) {
      const line = { at: 1, package: '', status: 'restarted', concluded: true, previousState: null, errorMessage: null }
      await store().observe(sight(serial, '3.0', 9), null, () => ({ attempts: [], reports: [{ ...line, log: null }] }))
    }
    expect(await store().troubles(1, upTo, upTo)).toMatchObject({ updated: 0, others: 1 })
  })
}
