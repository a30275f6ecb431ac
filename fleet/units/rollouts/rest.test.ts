import { createLog } from '@windlass/platform'
import { FakeClock } from '@windlass/platform/fakes'
import { expect, it } from 'vitest'
import { localBus } from '../../bus/local-bus.ts'
import { eventHub } from '../../telemetry/events.ts'
import { memoryUnitStore } from '../memory-unit-store.ts'
import { startUnitRollout, type UnitRolloutPorts } from './rollouts.ts'
import { unitRolloutRound } from './round.ts'

const content = { name: 'first', notes: '', items: [], instances: [], subjects: [] }

/** Units u1 and u2 with a rollout of two phases to them, and what the rounds looked at. */
async function begun() {
  const [clock, store, looked] = [new FakeClock(), memoryUnitStore(), [] as number[]]
  for (const id of ['u1', 'u2']) {
    await store.addClaim({ tokenHash: id, systemId: id, createdAt: 0 })
    await store.enrol(id, { id, model: 'boat', at: 0 })
  }
  await store.addRelease(content, 0)
  const counting = {
    ...store,
    orderNext: (...args: Parameters<typeof store.orderNext>) => {
      looked.push(args[0])
      return store.orderNext(...args)
    },
  }
  const [log, events] = [createLog([], () => 0), eventHub(localBus())]
  const ports: UnitRolloutPorts = { store: counting, clock, log, events, office: { announce: async () => {} } }
  const round = async () => {
    looked.length = 0
    await unitRolloutRound(ports)
    return [...new Set(looked)]
  }
  return { store, ports, round }
}

it('a rollout of named units is looked at until all of them are through, and not for ever', async () => {
  const { store, ports, round } = await begun()
  const phases = [{ size: { count: 1 } }]
  const { id } = await startUnitRollout(ports, { release: 1, to: { units: ['u1', 'u2'] }, phases })
  expect(await round()).toEqual([id])
  const [first] = (await store.unitMembers(id, 9)).filter(({ state }) => state === 'updating')
  await store.noteStanding(first?.unit ?? '', 1, 'arrived')
  expect(await round()).toEqual([id])
  const second = first?.unit === 'u1' ? 'u2' : 'u1'
  expect((await store.unit(second))?.release).toBe(1)
  await store.noteStanding(second, 1, 'failed')
  expect(await round()).toEqual([id])
  expect(await round()).toEqual([])
  expect((await store.unitRollout(id))?.progress.phase).toBe(1)
})

it('one for all that come is looked at as long as it runs', async () => {
  const { store, ports, round } = await begun()
  const { id } = await startUnitRollout(ports, { release: 1, to: { all: true } })
  await round()
  for (const unit of ['u1', 'u2']) await store.noteStanding(unit, 1, 'arrived')
  expect([await round(), await round()]).toEqual([[id], [id]])
})
