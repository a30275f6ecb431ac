import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Demand } from './demand.ts'
import { cpuFits, NodeRoom, type Place, ramFits } from './node-room.ts'
import { PlaceTree } from './place-tree.ts'
import { sampleRuntime, sampleSite, sampleVariant } from './sample-unit.ts'

const node = fc.record({
  priority: fc.constantFrom(0, 1),
  maxDmips: fc.constantFrom(0, 100, 200, 300),
  totalRam: fc.constantFrom(0, 100, 200, 300),
  ratio: fc.constantFrom(50, 100),
})
const nodes = fc.array(node, { minLength: 1, maxLength: 20 }).map((all) =>
  all.map(({ priority, maxDmips, totalRam, ratio }, at) => {
    const nodeId = `node${String(at).padStart(2, '0')}`
    const runtimes = [sampleRuntime(nodeId, 'b'), sampleRuntime(nodeId, 'a')]
    const config = { priority, resourceRatios: { cpu: ratio } }
    return new NodeRoom(sampleSite(nodeId, { maxDmips, totalRam, runtimes, config }), false)
  }),
)
const amount = fc.constantFrom({ fixed: 0 }, { fixed: 150 }, { quota: 200 }, { quota: 500 })
const demand = fc.record({ cpu: amount, ram: amount }).map(
  ({ cpu, ram }): Demand => ({
    variant: sampleVariant(''),
    labels: [],
    resources: [],
    types: [],
    cpu,
    ram,
    isCounted: true,
  }),
)

describe('PlaceTree', () => {
  it('finds what looking at every place finds, also after nodes changed', () => {
    const change = fc.record({ at: fc.nat(19), cpu: fc.nat(300), ram: fc.nat(300) })
    fc.assert(
      fc.property(nodes, fc.array(change, { maxLength: 5 }), demand, (rooms, changes, wanted) => {
        const tree = new PlaceTree(rooms, () => 1n)
        for (const { at, cpu, ram } of changes) {
          const room = rooms[at]
          if (!room) continue
          room.free = { cpu, ram }
          tree.update(room, false)
        }
        expect(tree.best(wanted, 1n)).toBe(bestOf(rooms, wanted))
      }),
    )
  })
})

function bestOf(rooms: readonly NodeRoom[], wanted: Demand): Place | undefined {
  const fits = rooms
    .flatMap(({ places }) => places)
    .filter((place) => {
      const { cpu, ram } = place.room.asked(wanted)
      return cpuFits(place, cpu) && ramFits(place, ram)
    })
  return fits.toSorted(
    (one, other) =>
      other.room.site.config.priority - one.room.site.config.priority ||
      other.room.free.cpu - one.room.free.cpu ||
      other.room.free.ram - one.room.free.ram ||
      one.room.site.node.nodeId.localeCompare(other.room.site.node.nodeId) ||
      one.type.localeCompare(other.type),
  )[0]
}
