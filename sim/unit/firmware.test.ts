import { afterEach, describe, expect, it } from 'vitest'
import { PlayedUnit } from './played-unit.ts'

const units: PlayedUnit[] = []
afterEach(async () => {
  for (const unit of units.splice(0)) await unit.end()
})

async function playedUnit(nodes: Readonly<Record<string, number>> = { main: 10, side: 0 }): Promise<PlayedUnit> {
  const unit = await PlayedUnit.start(nodes)
  units.push(unit)
  return unit
}

const states = (unit: PlayedUnit) => unit.firmware.managers().map(({ state }) => state)

describe('a unit and the agents of its nodes', () => {
  it('U4 U5 bring every node to the new version', async () => {
    const unit = await playedUnit()
    await expect(unit.update('1.1.0')).resolves.toBe('done')
    expect(unit.versions).toEqual(['1.1.0', '1.1.0'])
    expect(unit.firmware.components().map(({ version, state }) => `${version} ${state}`)).toEqual([
      '1.1.0 installed',
      '1.1.0 installed',
    ])
  })

  it('U6 an image that one node refuses leaves all of them as they were', async () => {
    const unit = await playedUnit()
    const orders = unit.orders('1.1.0')
    const [order] = orders.get('side') ?? []
    if (order) orders.set('side', [{ ...order, sha3: new Uint8Array(32) }])
    const stop = new AbortController().signal
    await expect(unit.firmware.prepare(orders, stop)).rejects.toMatchObject({
      code: 'component_failed',
      message: expect.stringContaining('node side') as string,
    })
    await unit.firmware.revert(stop)
    expect(unit.versions).toEqual(['1.0.0', '1.0.0'])
    expect(states(unit)).toEqual(['idle', 'idle'])
    expect(unit.firmware.components()).toContainEqual(
      expect.objectContaining({ nodeId: 'side', version: '1.1.0', state: 'error' }),
    )
  })

  it.each(['sick', 'panics'] as const)('U7 a node whose new version %s takes the others back with it', async (how) => {
    const unit = await playedUnit()
    unit.device('side')[how].add('1.1.0')
    await expect(unit.update('1.1.0')).resolves.toBe('taken back')
    expect(unit.versions).toEqual(['1.0.0', '1.0.0'])
    expect(states(unit)).toEqual(['idle', 'idle'])
    unit.device('side')[how].clear()
    await expect(unit.update('1.1.0')).resolves.toBe('done')
    expect(unit.versions).toEqual(['1.1.0', '1.1.0'])
  })

  it('U9 a unit that starts again between two nodes goes on where they stand', async () => {
    const unit = await playedUnit()
    const stop = new AbortController()
    await unit.firmware.prepare(unit.orders('1.1.0'), stop.signal)
    const started = unit.firmware.start(stop.signal)
    await untilMain(unit, 'updated')
    stop.abort(new Error('killed'))
    await expect(started).rejects.toThrow('killed')
    await unit.startAgain()
    const never = new AbortController().signal
    await unit.firmware.start(never)
    await unit.firmware.apply(never)
    expect(unit.versions).toEqual(['1.1.0', '1.1.0'])
  })

  it.each(Array.from({ length: 12 }, (_, n) => n + 1))(
    'U9 a unit that is killed at the %i. news of its agents goes on where they stand',
    async (nth) => {
      const unit = await playedUnit()
      const killed = new AbortController()
      let left = nth
      unit.firmware.watch(() => {
        if (--left === 0) killed.abort(new Error('killed'))
      })
      const outcome = await unit.update('1.1.0', killed.signal).catch(() => 'killed')
      if (outcome === 'killed') {
        await unit.startAgain()
        await unit.update('1.1.0')
      }
      expect(unit.versions).toEqual(['1.1.0', '1.1.0'])
      expect(states(unit)).toEqual(['idle', 'idle'])
    },
  )

  it('U26 agents find a unit again that was gone', async () => {
    const unit = await playedUnit()
    await unit.startAgain()
    await expect(unit.update('1.1.0')).resolves.toBe('done')
  })

  // Every seventh change of the disk from the order to the end; the moments lie differently in each state.
  it.each(Array.from({ length: 16 }, (_, n) => 1 + n * 7))(
    'U8 power that goes at change %i of a disk ends in the new version everywhere, or in the old one',
    async (moment) => {
      const unit = await playedUnit()
      unit.device('main').cutPowerAfter(moment)
      const outcome = await unit.update('1.1.0')
      const version = outcome === 'done' ? '1.1.0' : '1.0.0'
      expect(unit.versions).toEqual([version, version])
      expect(states(unit)).toEqual(['idle', 'idle'])
    },
  )
})

async function untilMain(unit: PlayedUnit, state: string): Promise<void> {
  const reached = Promise.withResolvers<void>()
  const unwatch = unit.firmware.watch(() => {
    if (unit.firmware.managers().some((one) => one.nodeId === 'main' && one.state === state)) reached.resolve()
  })
  await reached.promise
  unwatch()
}
