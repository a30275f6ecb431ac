import { parseQuery } from '@windlass/model'
import { expect, it } from 'vitest'
import { mostLabels } from '../../groups/group.ts'
import { planOf } from '../../rollout/plan.ts'
import { totalOf } from '../../rollout/progress.ts'
import type { NewUnitRollout } from '../rollouts/unit-rollout.ts'
import type { UnitStore } from '../unit-store.ts'

const about = (text: string) => parseQuery(text, 'unit')
const content = { name: 'first', notes: '', items: [], instances: [], subjects: [] }

/** What every store does with labels, queries and groups of units, and with rollouts for them. */
export function unitGroupsContract(store: () => UnitStore): void {
  const enrolled = async (...ids: string[]) => {
    for (const id of ids) {
      await store().addClaim({ tokenHash: id, systemId: id, createdAt: 1 })
      await store().enrol(id, { id, model: id.startsWith('b') ? 'boat' : 'car', at: 5 })
    }
  }
  const label = (units: string[], set: Record<string, string>, remove: string[] = []) =>
    store().labelUnits({ units }, { set, remove })
  const found = async (text: string) =>
    (await store().units({ query: about(text), limit: 9 })).map(({ id }) => id).join(' ')
  const started = async (more: Partial<NewUnitRollout>) => {
    const order = { release: 1, to: { all: true } as const, plan: planOf({}), createdAt: 100, once: null, ...more }
    const added = await store().addUnitRollout(order)
    if (!added) throw new Error('expected a rollout')
    return added.rollout
  }
  const states = async (id: number) => (await store().unitMembers(id, 10)).map(({ unit, state }) => `${unit} ${state}`)

  it('labels all that are meant, or none', async () => {
    await enrolled('b1', 'b2', 'c1')
    expect(await label(['b1', 'c1'], { site: 'Oslo', ring: '1' })).toBe(2)
    expect(await store().labelUnits({ query: about('model = boat') }, { set: { ring: '2' }, remove: ['site'] })).toBe(2)
    expect((await store().unit('b1'))?.labels).toEqual({ ring: '2' })
    const many = Object.fromEntries(Array.from({ length: mostLabels }, (_, i) => [`l${i}`, 'x']))
    expect(await label(['b1', 'b2'], many, ['nothing'])).toBe('too_many')
    expect((await store().unit('b2'))?.labels).toEqual({ ring: '2' })
    await store().addClaim({ tokenHash: 'anew', systemId: 'b1', createdAt: 1 })
    await store().enrol('anew', { id: 'b1', model: 'boat', at: 9 })
    expect((await store().unit('b1'))?.labels).toEqual({ ring: '2' })
  })

  it('finds and counts units by a query, a group and a search at once', async () => {
    await enrolled('b1', 'b2', 'c1')
    await label(['b1', 'c1'], { site: 'Oslo east' })
    const asked = [
      'model = boat',
      'label.site = "Oslo east"',
      'not has label.site',
      'id ~ b*',
      'standing = idle',
      'standing != idle',
    ]
    const answers = await Promise.all(asked.map(found))
    expect(answers).toEqual(['b1 b2', 'b1 c1', 'b2', 'b1 b2', 'b1 b2 c1', ''])
    const group = { name: 'east', query: about('has label.site'), createdAt: 1 }
    expect(await store().countUnits({ group, query: about('model = car'), search: 'C' })).toBe(1)
    expect(await store().countUnits({ search: '%' })).toBe(0)
  })

  it('counts all units by where they stand and of which model they are', async () => {
    expect(await store().unitCounts()).toEqual({ units: 0, byStanding: [], byModel: [] })
    await enrolled('b1', 'b2', 'c1')
    await store().addRelease(content, 1)
    await store().setRelease('c1', 1)
    await store().noteStanding('c1', 1, 'arrived')
    expect(await store().unitCounts()).toEqual({
      units: 3,
      byStanding: [
        { standing: 'idle', units: 2 },
        { standing: 'arrived', units: 1 },
      ],
      byModel: [
        { model: 'boat', units: 2 },
        { model: 'car', units: 1 },
      ],
    })
  })

  it('gives groups back by name, and takes each name once', async () => {
    const group = { name: 'boats', query: about('model = boat or label."a b" in (x, "y z")'), createdAt: 7 }
    expect([await store().addUnitGroup(group), await store().addUnitGroup(group)]).toEqual(['added', 'there'])
    await store().addUnitGroup({ ...group, name: 'all' })
    expect((await store().unitGroups()).map(({ name }) => name)).toEqual(['all', 'boats'])
    expect(await store().unitGroup('boats')).toEqual(group)
    const other = about('model = ship')
    expect([await store().changeUnitGroup('boats', other), await store().changeUnitGroup('none', other)]).toEqual([
      'changed',
      'unknown',
    ])
    expect(await store().unitGroup('boats')).toEqual({ ...group, query: other })
    expect([await store().removeUnitGroup('boats'), await store().removeUnitGroup('boats')]).toEqual([
      'removed',
      'unknown',
    ])
    expect(await store().unitGroup('boats')).toBeUndefined()
  })

  it('rolls out to those that match now; who was ordered it stays', async () => {
    await enrolled('b1', 'b2', 'c1')
    await store().addRelease(content, 1)
    await label(['b1'], { ring: 'early' })
    const to = { query: about('label.ring = early'), group: 'early' }
    const { id } = await started({ to })
    expect((await store().unitRollout(id))?.to).toEqual(to)
    expect(await states(id)).toEqual(['b1 pending'])
    await label(['c1'], { ring: 'early' })
    expect(await store().orderNext(id, 1, 200)).toEqual(['b1'])
    await label(['b1', 'c1'], {}, ['ring'])
    expect(await states(id)).toEqual(['b1 updating'])
    expect(await store().orderNext(id, 9, 200)).toEqual([])
  })

  it('leaves to a newer rollout for a query those that it is for', async () => {
    await enrolled('b1', 'b2')
    for (const at of [1, 2]) await store().addRelease(content, at)
    await label(['b1'], { ring: 'early' })
    const older = await started({})
    const to = { query: about('label.ring = early'), group: null }
    const newer = await started({ release: 2, to, plan: planOf({ phases: [{ size: { count: 1 }, gate: {} }] }) })
    expect(await store().orderNext(older.id, 9, 200)).toEqual(['b2'])
    await store().orderNext(newer.id, 9, 200)
    await label(['b1'], {}, ['ring'])
    expect(await store().orderNext(older.id, 9, 201)).toEqual([])
    await store().changeUnitRollout(newer.id, ({ progress }) => ({ ...progress, abortedAt: 3 }))
    expect(await store().orderNext(older.id, 9, 202)).toEqual(['b1'])
  })

  it('has phases of groups, in which who was ordered stays', async () => {
    await enrolled('b1', 'b2', 'b3', 'b4')
    await store().addRelease(content, 1)
    await label(['b1'], { ring: 'canary' })
    const groups = new Map([['canary', { members: { query: about('label.ring = canary') } }]])
    const plan = planOf({ phases: [{ size: { group: 'canary' } }, { size: { count: 1 } }] }, groups)
    const { id } = await started({ plan })
    const sizes = async () => (await store().unitTallies(id)).map(totalOf)
    expect(await sizes()).toEqual([1, 1, 2])
    expect(await store().orderNext(id, 9, 200)).toEqual(['b1'])
    await label(['b1'], {}, ['ring'])
    expect(await sizes()).toEqual([1, 1, 2])
    expect((await store().unitMembers(id, 9)).find(({ unit }) => unit === 'b1')?.phase).toBe(0)
  })

  it('says whom a rollout would be for in which phase, without one', async () => {
    await enrolled('b1', 'b2', 'b3', 'b4', 'c1')
    for (const at of [1, 2]) await store().addRelease(content, at)
    for (const unit of ['b1', 'b2']) await store().setRelease(unit, 1)
    await store().setRelease('b3', 2)
    await label(['b1'], { ring: 'canary' })
    const groups = new Map([['canary', { members: { query: about('label.ring = canary') } }]])
    const plan = planOf({ phases: [{ size: { group: 'canary' } }, { size: { count: 1 } }] }, groups)
    const order = { release: 2, to: { query: about('model = boat'), group: null }, plan }
    const found = (await store().unitProspects(order, ['b1', 'b3', 'c1'])) ?? []
    const total = (some: typeof found) => some.reduce((sum, { units }) => sum + units, 0)
    expect([0, 1, 2].map((phase) => total(found.filter((one) => one.phase === phase)))).toEqual([1, 1, 2])
    expect([null, 1, 2].map((release) => total(found.filter((one) => one.release === release)))).toEqual([1, 2, 1])
    expect(total(found.filter(({ online }) => online))).toBe(2)
    expect(found).toContainEqual({ phase: 0, release: 1, online: true, units: 1 })
    expect(await store().unitProspects({ ...order, to: { units: ['b1', 'nobody'] } }, [])).toBeUndefined()
    expect(await store().unitRollouts()).toEqual([])
    expect((await started({})).id).toBe(1)
  })

  it('lets rollouts rest, and leaves out those that were aborted', async () => {
    await store().addRelease(content, 1)
    const [first, second, third] = [await started({}), await started({}), await started({})]
    await store().restUnitRollout(first.id)
    await store().changeUnitRollout(second.id, ({ progress }) => ({ ...progress, abortedAt: 3 }))
    expect((await store().unitRolloutsAtWork()).map(({ id }) => id)).toEqual([third.id])
    expect(await store().unitRollouts()).toHaveLength(3)
  })
}
