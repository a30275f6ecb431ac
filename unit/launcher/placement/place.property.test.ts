import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Placed, PlacementInput } from './input.ts'
import { place } from './place.ts'
import {
  sampleDocuments,
  sampleInput,
  sampleRequest,
  sampleRuntime,
  sampleSite,
  sampleUsage,
  seatsOf,
} from './sample-unit.ts'

const few = (...names: string[]) => fc.subarray(names)
const rule = { minTimeoutMs: 0, minThreshold: 50, maxThreshold: 80 }

const site = fc
  .record({
    priority: fc.constantFrom(0, 50, 100),
    labels: few('fast', 'near'),
    shared: fc.constantFrom(0, 1, 3),
    types: fc.constantFrom(['runc'], ['runc', 'xen'], ['xen']),
    slots: fc.constantFrom(0, 2),
    maxDmips: fc.constantFrom(500, 1000, 4000),
    ratio: fc.constantFrom(undefined, 25, 100),
    state: fc.constantFrom('open' as const, 'open' as const, 'held' as const, 'closed' as const),
    load: fc.nat(4000),
  })
  .map(({ priority, labels, shared, types, slots, maxDmips, ratio, state, load }) => (nodeId: string) => ({
    ...sampleSite(nodeId, {
      maxDmips,
      runtimes: types.map((type) => sampleRuntime(nodeId, type, slots)),
      resources: [{ name: 'gps', sharedCount: shared }],
      config: {
        priority,
        labels,
        alertRules: { cpu: rule, partitions: [] },
        ...(ratio && { resourceRatios: { cpu: ratio } }),
      },
      state,
    }),
    average: { node: sampleUsage(load), instances: [] },
  }))
const sites = fc.array(site, { minLength: 1, maxLength: 6 }).map((all) => all.map((make, at) => make(`node${at}`)))

const wish = fc.record({
  numInstances: fc.nat(5),
  priority: fc.constantFrom(0, 10, 20),
  labels: few('fast', 'near'),
  config: fc.record({
    requested: fc.constantFrom({}, { cpu: 100 }, { cpu: 300, ram: 200 }),
    quotas: fc.constantFrom({}, { cpuDmips: 400 }),
    resources: fc.constantFrom([], [{ name: 'gps', mode: '' }]),
    runtimes: fc.constantFrom([], ['xen'], ['runc', 'xen']),
    balancing: fc.constantFrom('enabled' as const, 'disabled' as const),
  }),
})
const unit = fc.tuple(sites, fc.array(wish, { maxLength: 8 })).map(([nodes, wishes]) =>
  sampleInput({
    sites: nodes,
    requests: wishes.map(({ numInstances, priority, labels }, at) =>
      sampleRequest(`s${at}`, numInstances, { priority, labels }),
    ),
    documents: sampleDocuments(Object.fromEntries(wishes.map(({ config }, at) => [`s${at}`, config]))),
  }),
)
const settled = (input: PlacementInput) => ({ ...input, current: seatsOf(place(input)) })

describe('every placement', () => {
  it('answers for each instance once: with a place or with a reason', () => {
    fc.assert(
      fc.property(unit, (input) => {
        const { assignments, failures } = place(input)
        const answered = [...assignments, ...failures].map(({ ident }) => `${ident.itemId}/${ident.index}`)
        const asked = input.requests.flatMap(({ item, numInstances }) =>
          Array.from({ length: numInstances }, (_, index) => `${item.itemId}/${index}`),
        )
        expect(answered.toSorted()).toEqual(asked.toSorted())
      }),
    )
  })

  it('never takes more than a node has', () => {
    fc.assert(
      fc.property(unit, fc.boolean(), (input, rebalance) => {
        expect(overfull(input, place({ ...settled(input), rebalance }))).toEqual([])
      }),
    )
  })

  it('does not depend on the order of what it is given', () => {
    const shuffled = unit.chain((input) =>
      fc.tuple(
        fc.constant(input),
        fc.record({
          sites: fc.shuffledSubarray([...input.sites], { minLength: input.sites.length }),
          requests: fc.shuffledSubarray([...input.requests], { minLength: input.requests.length }),
        }),
      ),
    )
    fc.assert(
      fc.property(shuffled, fc.boolean(), ([input, other], rebalance) => {
        const before = { ...settled(input), rebalance }
        expect(place({ ...before, ...other, current: before.current.toReversed() })).toEqual(place(before))
      }),
    )
  })

  it('leaves everybody where they are when nothing changed', () => {
    fc.assert(
      fc.property(unit, (input) => {
        const first = place(input)
        const again = place({ ...input, current: seatsOf(first) })
        expect(again.assignments).toEqual(first.assignments)
        expect(again.failures.map(({ ident }) => ident)).toEqual(first.failures.map(({ ident }) => ident))
      }),
    )
  })

  it('moves nobody because others left, or a node came', () => {
    fc.assert(
      fc.property(unit, fc.nat(7), site, (input, gone, make) => {
        const { current } = settled(input)
        const requests = input.requests.toSpliced(gone, 1)
        const moved = place({ ...input, requests, sites: [...input.sites, make('another')], current })
        const where = new Map(seatsOf(moved).map((seat) => [JSON.stringify(seat.ident), seat.nodeId]))
        const staying = current.filter(({ ident }) => requests.some(({ item }) => item.itemId === ident.itemId))
        expect(staying.map(({ ident }) => where.get(JSON.stringify(ident)))).toEqual(
          staying.map(({ nodeId }) => nodeId),
        )
      }),
    )
  })

  it('relieves nodes without leaving more instances homeless', () => {
    fc.assert(
      fc.property(unit, (input) => {
        const before = settled(input)
        const failures = place(before).failures.length
        expect(place({ ...before, rebalance: true }).failures.length).toBeLessThanOrEqual(failures)
      }),
    )
  })
})

/** What is taken too often, counted anew from the result alone. */
function overfull({ sites: all }: PlacementInput, { assignments }: Placed): string[] {
  return all.flatMap(({ node, config, state }) => {
    const here = assignments.filter(({ nodeId }) => nodeId === node.nodeId)
    const cpu = here.reduce((sum, { variant: { item } }) => {
      const share = ((item?.quotas.cpuDmips ?? 0) * (config.resourceRatios?.cpu ?? 50)) / 100
      return sum + (item?.requested.cpu ?? share)
    }, 0)
    const ram = here.reduce((sum, { variant: { item } }) => sum + (item?.requested.ram ?? 0), 0)
    const gps = here.filter(({ variant }) => variant.item?.resources.length).length
    const shared = node.resources[0]?.sharedCount || Infinity
    const slots = node.runtimes.some(
      ({ runtimeId, maxInstances }) =>
        here.filter((one) => one.runtimeId === runtimeId).length > (maxInstances || Infinity),
    )
    return [
      ...(cpu > node.maxDmips ? [`${node.nodeId} cpu ${cpu}`] : []),
      ...(ram > node.totalRam ? [`${node.nodeId} ram ${ram}`] : []),
      ...(gps > shared ? [`${node.nodeId} gps ${gps}`] : []),
      ...(slots ? [`${node.nodeId} slots`] : []),
      ...(state !== 'open' && here.length > 0 ? [`${node.nodeId} is ${state}`] : []),
    ]
  })
}
