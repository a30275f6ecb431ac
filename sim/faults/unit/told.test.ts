import { beforeAll, describe, expect, it } from 'vitest'
import type { SimFleet } from '../fleet/sim-fleet.ts'
import { calmUnit, hour, reboot } from '../invariants/breach.contract.ts'
import { play } from '../play.ts'
import { nodeNumber } from '../scenario.ts'
import { type KeyRing, newKeyRing } from '../world/key-ring.ts'
import type { WorldClock } from '../world/world-clock.ts'
import type { SimUnit } from './sim-unit.ts'

let keys: KeyRing
beforeAll(async () => {
  keys = await newKeyRing()
})

interface Stands {
  standing: string
  why: string | null
}

/** An operator who orders by himself, at his time, and writes down where the unit stands. */
function operator(unit: SimUnit, clock: WorldClock, fleet: SimFleet) {
  const seen: Stands[] = []
  const at = (ms: number, work: () => Promise<unknown>) => clock.in(ms, () => void clock.during(work().then(() => {})))
  const order = unit.releases.release(1)?.order
  return {
    seen,
    looks: (ms: number) =>
      at(ms, async () => {
        const answer = await fleet.operator('GET', `/units/${unit.name}`)
        const { standing = 'unknown', why = null } = (answer?.json ?? {}) as Partial<Stands>
        seen.push({ standing, why })
      }),
    gives: (ms: number, release: number) =>
      at(ms, () => fleet.operator('PUT', `/units/${unit.name}/release`, { release })),
    adds: (ms: number, change: object) =>
      at(ms, () =>
        fleet.operator('POST', '/releases', { ...order, unitConfig: undefined, name: 'by hand', ...change }),
      ),
    order,
  }
}

describe('a fleet hears', () => {
  it('that more instances of what is there were taken back, until it asks for what the unit has', async () => {
    let him: ReturnType<typeof operator> | undefined
    const { violation, story } = await play(calmUnit('good'), keys, {
      units: ([unit], clock, fleet) => {
        if (!unit) return
        him = operator(unit, clock, fleet)
        const instances = him.order?.instances.map((one) =>
          one.itemId === 'back' ? { ...one, numInstances: 4, labels: ['nowhere'] } : one,
        )
        him.adds(2 * hour, { instances })
        him.gives(2 * hour + 1_000, 2)
        him.looks(3 * hour)
        him.gives(3 * hour + 1_000, 1)
        him.looks(4 * hour)
      },
    })
    expect(violation, story.join('\n')).toBeUndefined()
    expect(him?.seen).toEqual([
      { standing: 'failed', why: expect.stringMatching(/^back 1.0.0, instance 2: .*no nodes with instance labels/) },
      { standing: 'arrived', why: null },
    ])
  })

  it('of a unit that cannot come back, and what keeps it from that', async () => {
    let him: ReturnType<typeof operator> | undefined
    const orders = [
      { at: 60_000, do: 'release', unit: 0, release: 1 },
      { at: 2 * hour, do: 'release', unit: 0, release: 2 },
    ] as const
    const units = [{ nodes: 3, releases: ['good', 'service-crashes'] }] as const
    const alerts: string[] = []
    const { violation, story } = await play({ ...calmUnit('good'), units, orders }, keys, {
      unitStore: (store) => ({
        ...store,
        addNews: (unit, kind, at, contents) => {
          if (kind === 'alert') alerts.push(JSON.stringify(contents))
          return store.addNews(unit, kind, at, contents)
        },
      }),
      units: ([unit], clock, fleet) => {
        if (!unit) return
        him = operator(unit, clock, fleet)
        const device = unit.nodes[2]?.device
        const cut = { kind: 'power-cut', during: 'always', after: 1, offMs: 1.5 * hour } as const
        const leaves = () =>
          unit.state === 'reverting' ? device?.suffer({ device: 0, ...cut }) : clock.in(500, leaves)
        clock.in(2 * hour, leaves)
        him.looks(3 * hour)
        him.looks(4 * hour + hour / 2)
      },
    })
    expect(violation, story.join('\n')).toBeUndefined()
    const why = /not back yet: node side2: .*; it failed during activating: front/
    expect(him?.seen).toEqual([
      { standing: 'failed', why: expect.stringMatching(why) },
      { standing: 'failed', why: expect.not.stringContaining('not back') },
    ])
    expect(alerts.filter((text) => text.includes('update not taken back'))).not.toEqual([])
  })

  it('of a unit whose database was begun anew, which then is what it was', async () => {
    const faults = [{ ...reboot, device: nodeNumber(0, 0) }]
    const { violation, story, counts } = await play(calmUnit('good', { faults }), keys, {
      units: ([unit], clock) => {
        clock.in(reboot.at, () => {
          const tables = unit?.database.all("SELECT name FROM sqlite_master WHERE type = 'table'") ?? []
          for (const { name } of tables) unit?.database.exec(`DROP TABLE ${String(name)}`)
        })
      },
    })
    expect(violation, story.join('\n')).toBeUndefined()
    expect(counts.get('unit updates kept')).toBe(3)
  })
})
