import { afterEach, beforeEach, expect, it } from 'vitest'
import { planOf } from '../../rollout/plan.ts'
import { begun } from '../../rollout/progress.ts'
import type { UnitStore } from '../unit-store.ts'
import type { NewUnitRollout } from './unit-rollout.ts'

const content = { name: 'first', notes: '', items: [], instances: [], subjects: [] }
const ids = ['u1', 'u2', 'u3', 'u4']

/** What every store of rollouts to units must do; part of the contract of units' stores. */
export function unitRolloutContract(fresh: () => Promise<{ store: UnitStore; close(): Promise<void> }>): void {
  let store: UnitStore
  let close: () => Promise<void>
  beforeEach(async () => {
    ;({ store, close } = await fresh())
    for (const id of ids) {
      await store.addClaim({ tokenHash: id, systemId: id, createdAt: 1 })
      await store.enrol(id, { id, model: id === 'u4' ? 'car' : 'boat', at: 5 })
    }
    for (const createdAt of [10, 20]) await store.addRelease(content, createdAt)
  })
  afterEach(() => close())

  async function started(more: Partial<NewUnitRollout> = {}) {
    const order = { release: 1, to: { all: true } as const, plan: planOf({}), createdAt: 100, once: null, ...more }
    const added = await store.addUnitRollout(order)
    if (!added) throw new Error('expected a rollout')
    return added.rollout
  }
  const states = async (id: number) => (await store.unitMembers(id, 10)).map(({ unit, state }) => `${unit} ${state}`)
  const sizes = (first: number) => planOf({ phases: [{ size: { count: first } }] })

  it('gives a release to all that wait for it, so many at a time, once', async () => {
    const { id } = await started()
    expect(await store.orderNext(id, 3, 200)).toEqual(['u1', 'u2', 'u3'])
    expect(await store.orderNext(id, 3, 201)).toEqual(['u4'])
    expect(await store.orderNext(id, 3, 202)).toEqual([])
    expect((await store.unit('u4'))?.release).toBe(1)
    expect((await store.unitMembers(id, 1, 'u3'))[0]).toEqual({
      unit: 'u4',
      state: 'updating',
      phase: 0,
      orderedAt: 201,
      previous: null,
    })
  })

  it('is for every unit, for those of a model, later ones too, or for those named', async () => {
    const [model, named] = [await started({ to: { model: 'boat' } }), await started({ to: { units: ['u4', 'u1'] } })]
    expect((await store.unitRollout(named.id))?.to).toEqual({ units: ['u1', 'u4'] })
    expect(await states(named.id)).toEqual(['u1 pending', 'u4 pending'])
    await store.addClaim({ tokenHash: 'later', systemId: null, createdAt: 1 })
    await store.enrol('later', { id: 'u5', model: 'boat', at: 6 })
    expect(await states(model.id)).toEqual(['u1 pending', 'u2 pending', 'u3 pending', 'u5 pending'])
    expect((await store.unitRollouts()).map(({ id }) => id)).toEqual([named.id, model.id])
    const order = { release: 1, plan: planOf({}), createdAt: 1, once: null }
    expect(await store.addUnitRollout({ ...order, to: { units: ['u1', 'nobody'] } })).toBeUndefined()
  })

  it('counts each unit once, by where it stands', async () => {
    const { id } = await started()
    await store.orderNext(id, 3, 200)
    await store.noteStanding('u1', 1, 'arrived')
    await store.noteStanding('u2', 1, 'failed')
    await store.noteStanding('u3', 2, 'arrived')
    expect(await states(id)).toEqual(['u1 updated', 'u2 failed', 'u3 updating', 'u4 pending'])
    const counts = { pending: 1, updating: 1, updated: 1, failed: 1, rolled_back: 0 }
    expect(await store.unitTallies(id)).toEqual([counts])
  })

  it('lets go of a unit that was ordered something else since, and takes one that runs it already', async () => {
    const { id } = await started()
    await store.setRelease('u4', 1)
    await store.noteStanding('u4', 1, 'arrived')
    expect(await store.orderNext(id, 9, 200)).toEqual(['u1', 'u2', 'u3'])
    await store.setRelease('u1', 2)
    expect(await states(id)).toEqual(['u2 updating', 'u3 updating', 'u4 updated'])
  })

  it('orders for open phases only, for the same units after every look', async () => {
    const { id, bounds } = await started({ plan: sizes(1) })
    expect(bounds).toHaveLength(1)
    const first = await store.orderNext(id, 9, 200)
    expect(first).toHaveLength(1)
    expect(await store.orderNext(id, 9, 201)).toEqual([])
    const tallied = await store.unitTallies(id)
    expect(tallied.map(({ pending, updating }) => [pending, updating])).toEqual([
      [0, 1],
      [3, 0],
    ])
    await store.changeUnitRollout(id, ({ progress }) => ({ ...progress, phase: 1 }))
    expect([...first, ...(await store.orderNext(id, 9, 202))].sort()).toEqual(ids)
  })

  it('orders nothing while it is paused or aborted, nor what a newer rollout is for', async () => {
    const older = await started()
    const newer = await started({ release: 2, to: { model: 'car' }, plan: sizes(1) })
    const pause = { at: 1, by: 'operator', reason: 'wait' } as const
    await store.changeUnitRollout(older.id, (now) => ({ ...now.progress, paused: pause }))
    expect(await store.orderNext(older.id, 9, 200)).toEqual([])
    await store.changeUnitRollout(older.id, (now) => ({ ...now.progress, paused: null }))
    expect(await store.orderNext(older.id, 9, 200)).toEqual(['u1', 'u2', 'u3'])
    await store.changeUnitRollout(newer.id, (now) => ({ ...now.progress, abortedAt: 3 }))
    expect(await store.orderNext(newer.id, 9, 200)).toEqual([])
    expect(await store.orderNext(older.id, 9, 201)).toEqual(['u4'])
  })

  it('gives units back what they were to run before, where there was something', async () => {
    await store.setRelease('u1', 1)
    await store.setRelease('u2', 1)
    const { id } = await started({ release: 2, to: { units: ['u1', 'u2', 'u3'] } })
    await store.orderNext(id, 9, 200)
    await store.setRelease('u2', 1)
    expect(await store.takeBack(id, 9)).toEqual(['u1'])
    expect(await store.takeBack(id, 9)).toEqual([])
    expect((await store.unit('u1'))?.release).toBe(1)
    expect(await states(id)).toEqual(['u1 rolled_back', 'u3 updating'])
  })

  it('is one rollout under one key, and stays as it is where nothing changes', async () => {
    const once = { key: 'k', asked: 'a' }
    const first = await started({ once })
    expect((await started({ once, release: 2 })).id).toBe(first.id)
    // An order that is repeated takes no number.
    expect((await started({ once: { ...once, key: 'l' } })).id).toBe(first.id + 1)
    expect((await store.unitRollout(first.id))?.asked).toBe('a')
    expect((await store.changeUnitRollout(first.id, () => undefined))?.progress).toEqual(begun)
    expect(await store.changeUnitRollout(99, () => undefined)).toBeUndefined()
    expect(await store.unitRollout(99)).toBeUndefined()
    expect(await store.unitTallies(99)).toEqual([])
    expect(await store.orderNext(99, 9, 1)).toEqual([])
  })
}
