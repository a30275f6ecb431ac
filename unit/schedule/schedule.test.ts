import type { DesiredState, Schedule, SchedulerNotice } from '@windlass/model/unit'
import { describe, expect, it } from 'vitest'
import { type FakeStep, FakeUnit, order } from '../desired-state/fake-unit.ts'
import { Notices } from './notices.ts'

const trigger = (ttlSeconds = 0): Schedule => ({ type: 'trigger', ttlSeconds })
const force: Schedule = { type: 'force', ttlSeconds: 0 }

/** A unit with one subscriber; `told` is what it heard, `F` for firmware and `S` for services before each state. */
async function watched(unit = new FakeUnit()) {
  const quit = new AbortController()
  const update = unit.boot()
  const ended = update.run(quit.signal)
  await unit.clock.advance(0)
  const notices = new Notices(update, { items: () => unit.items, componentType: () => 'rootfs' })
  const told: string[] = []
  const heard: SchedulerNotice[] = []
  notices.subscribe((notice) => {
    heard.push(notice)
    told.push(
      `${notice.part === 'sota' ? 'S' : 'F'} ${notice.state.toUpperCase()}${notice.error ? ` "${notice.error.message}"` : ''}`,
    )
  })
  const later = (ms = 60_000) => unit.clock.advance(ms)
  const give = async (desired: DesiredState) => {
    const answer = update.accept(desired)
    await unit.clock.advance(0)
    await answer
  }
  const start = async (leg: 'sota' | 'fota') => {
    const answer = update.start(leg)
    await unit.clock.advance(0)
    return answer
  }
  const end = async () => {
    quit.abort()
    await ended
  }
  return { unit, update, notices, told, heard, later, give, start, end }
}

const cycle = ['DOWNLOADING', 'READY_TO_UPDATE', 'UPDATING', 'NO_UPDATE']

describe('a subscriber', () => {
  it('S1 is told firmware, then services, when nothing goes on', async () => {
    const { told, end } = await watched()
    expect(told).toEqual(['F NO_UPDATE', 'S NO_UPDATE'])
    await end()
  })

  it('S2 follows a firmware update, with its components in the middle three', async () => {
    const { told, heard, give, later, end } = await watched()
    await give(order({ component: '2.0.0' }))
    await later()
    expect(told.slice(2)).toEqual(cycle.map((state) => `F ${state}`))
    expect(
      heard.slice(2).map((one) => (one.part === 'fota' ? one.components.map(({ version }) => version) : [])),
    ).toEqual([['2.0.0'], ['2.0.0'], ['2.0.0'], []])
    await end()
  })

  it('S3 follows a configuration alone: there is nothing to download', async () => {
    const { told, heard, give, later, end } = await watched()
    await give(order({ config: '2.0.0' }))
    await later()
    expect(told.slice(2)).toEqual(['S READY_TO_UPDATE', 'S UPDATING', 'S NO_UPDATE'])
    expect(heard.slice(2).map((one) => (one.part === 'sota' ? one.configVersion : ''))).toEqual([
      '2.0.0',
      '2.0.0',
      undefined,
    ])
    await end()
  })

  it('S26 follows node states alone', async () => {
    const { unit, told, give, later, end } = await watched()
    const paused = (nodeId: string) => ({ nodeId, state: 'paused' as const })
    await give(order({}, { nodes: [paused('node1'), paused('node2')] }))
    await later()
    expect(told.slice(2)).toEqual(['S READY_TO_UPDATE', 'S UPDATING', 'S NO_UPDATE'])
    expect([...unit.nodeStates.values()]).toEqual(['paused', 'paused'])
    await end()
  })
})

describe('a trigger', () => {
  it('S4, S5 is waited for', async () => {
    const { told, give, later, start, end } = await watched()
    await give(order({ component: '2.0.0' }, { fotaSchedule: trigger() }))
    await later(3_600_000)
    expect(told.at(-1)).toBe('F READY_TO_UPDATE')
    expect(await start('fota')).toBe(true)
    await later()
    expect(told.slice(2)).toEqual(cycle.map((state) => `F ${state}`))
    await end()
  })

  it('S6 is refused when nothing waits for it', async () => {
    const { told, start, end } = await watched()
    expect([await start('sota'), told.length]).toEqual([false, 2])
    await end()
  })

  it('opens only its own part; the other goes on waiting', async () => {
    const { unit, told, give, later, start, end } = await watched()
    const both = order({ service: '1.0.0', component: '2.0.0' })
    await give({ ...both, sotaSchedule: trigger(), fotaSchedule: trigger() })
    await start('sota')
    await later()
    expect([unit.runs, unit.firmwareVersion]).toEqual([['service 1.0.0'], '1.0.0'])
    expect([told.at(-1), told.filter((one) => one === 'F READY_TO_UPDATE').length]).toEqual(['S NO_UPDATE', 1])
    await start('fota')
    await later()
    expect([unit.runs, unit.firmwareVersion]).toEqual([['rootfs 2.0.0', 'service 1.0.0'], '2.0.0'])
    await end()
  })

  it('S7 ends with the time to live', async () => {
    const { told, give, later, end } = await watched()
    await give(order({ component: '2.0.0' }, { fotaSchedule: trigger(3) }))
    await later(4_000)
    expect(told.slice(2)).toEqual(['F DOWNLOADING', 'F READY_TO_UPDATE', 'F NO_UPDATE "update timeout"'])
    await end()
  })

  it.each([10, -10])(
    'ends with the time to live when the clock is set by %i years, also over a restart',
    async (years) => {
      const { unit, told, give, later, end } = await watched()
      await give(order({ component: '2.0.0' }, { fotaSchedule: trigger(3_600) }))
      await later()
      unit.clock.jump(years * 365 * 86_400_000)
      await later()
      expect(told.at(-1)).toBe('F READY_TO_UPDATE')
      await end()
      const again = await watched(unit)
      await again.later()
      expect(again.update.state.at).toBe('pending')
      await again.later(3_600_000)
      expect(again.told.slice(2)).toEqual(['F NO_UPDATE "update timeout"'])
      await again.end()
    },
  )

  it('ends with the time to live while it downloads, too', async () => {
    const unit = new FakeUnit()
    unit.hung.add('download')
    const { told, give, later, end } = await watched(unit)
    await give(order({ component: '2.0.0' }, { fotaSchedule: { type: 'force', ttlSeconds: 3 } }))
    await later(4_000)
    expect(told.slice(2)).toEqual(['F DOWNLOADING', 'F NO_UPDATE "update timeout"'])
    await end()
  })

  it('S14 stays the same when the same order comes again', async () => {
    const { told, give, later, start, end } = await watched()
    const desired = order({ component: '2.0.0' }, { fotaSchedule: trigger() })
    await give(desired)
    await give(desired)
    expect(told.slice(2)).toEqual(['F DOWNLOADING', 'F READY_TO_UPDATE'])
    expect(await start('fota')).toBe(true)
    await later()
    expect(told.at(-1)).toBe('F NO_UPDATE')
    await end()
  })

  it('S15 is not needed any more when the schedule becomes force', async () => {
    const { unit, told, give, later, end } = await watched()
    await give(order({ component: '2.0.0' }, { fotaSchedule: trigger() }))
    await give(order({ component: '2.0.0' }, { fotaSchedule: force }))
    await later()
    expect(told.slice(2)).toEqual(cycle.map((state) => `F ${state}`))
    expect(unit.done.filter((what) => what.startsWith('download'))).toHaveLength(1)
    await end()
  })

  it('S22 is still waited for after a restart', async () => {
    const first = await watched()
    await first.give(order({ component: '2.0.0' }, { fotaSchedule: trigger() }))
    await first.end()
    const second = await watched(first.unit)
    await second.later()
    expect(second.told.at(0)).toBe('F READY_TO_UPDATE')
    expect(await second.start('fota')).toBe(true)
    await second.later()
    expect(second.told.slice(2)).toEqual(['F UPDATING', 'F NO_UPDATE'])
    await second.end()
  })
})

describe('a newer order', () => {
  it('S16 while downloading ends the first as cancelled', async () => {
    const unit = new FakeUnit()
    unit.hung.add('download')
    const { told, give, later, end } = await watched(unit)
    await give(order({ component: '2.0.0' }))
    unit.hung.clear()
    await give(order({ component: '3.0.0' }))
    await later()
    expect(told.slice(2)).toEqual([
      'F DOWNLOADING',
      'F NO_UPDATE "context canceled"',
      ...cycle.map((state) => `F ${state}`),
    ])
    await end()
  })

  it('S17 while ready goes back to downloading', async () => {
    const { told, give, end } = await watched()
    await give(order({ component: '2.0.0' }, { fotaSchedule: trigger() }))
    await give(order({ component: '3.0.0' }, { fotaSchedule: trigger() }))
    expect(told.slice(4)).toEqual(['F NO_UPDATE "context canceled"', 'F DOWNLOADING', 'F READY_TO_UPDATE'])
    await end()
  })

  it('S18 while there is no way back follows the first', async () => {
    const unit = new FakeUnit()
    unit.hung.add('apply')
    const { told, give, later, end } = await watched(unit)
    await give(order({ component: '2.0.0' }))
    await later()
    unit.hung.clear()
    await give(order({ component: '3.0.0' }))
    await later()
    expect(told.slice(2)).toEqual([...cycle, ...cycle].map((state) => `F ${state}`))
    await end()
  })
})

describe('a unit that converges', () => {
  function converging(...missing: string[]) {
    const unit = new FakeUnit()
    unit.rules = { ...unit.rules, onFailure: 'converge' }
    for (const item of missing) unit.missing.add(item)
    return unit
  }
  const two = (a: string, b: string) => {
    const desired = order({ service: a, component: b })
    return { ...desired, items: desired.items?.map((item) => ({ ...item, type: 'service' as const })) ?? [] }
  }

  it('S19 ends the firmware part when a download fails, before anything is prepared', async () => {
    const { unit, told, give, later, end } = await watched(converging('rootfs 2.0.0'))
    await give(order({ component: '2.0.0' }))
    await later()
    expect(told.slice(2)).toEqual(['F DOWNLOADING', 'F NO_UPDATE "item rootfs 2.0.0: no such blob"'])
    expect(unit.done).toHaveLength(1)
    await end()
  })

  it('S20 D18 goes on with the services that came', async () => {
    const { told, give, later, end } = await watched(converging('service 1.0.0'))
    await give(two('1.0.0', '2.0.0'))
    await later()
    const error = '"item service 1.0.0: no such blob"'
    expect(told.slice(2)).toEqual(['S DOWNLOADING', `S READY_TO_UPDATE ${error}`, 'S UPDATING', 'S NO_UPDATE'])
    await end()
  })

  it('S21 ends when no service came', async () => {
    const { told, give, later, end } = await watched(converging('service 1.0.0', 'rootfs 2.0.0'))
    await give(two('1.0.0', '2.0.0'))
    await later()
    expect(told.slice(2)).toEqual(['S DOWNLOADING', 'S NO_UPDATE "item service 1.0.0: no such blob"'])
    await end()
  })

  it('S23 never updates services and firmware at the same time', async () => {
    const { told, give, later, end } = await watched(converging())
    await give(order({ service: '1.0.0', component: '2.0.0' }))
    await later()
    const updating = told.filter((one) => /UPDATING|NO_UPDATE/.test(one)).slice(2)
    expect(updating).toEqual(['S UPDATING', 'S NO_UPDATE', 'F UPDATING', 'F NO_UPDATE'])
    await end()
  })

  it('keeps what arrived when the rest fails', async () => {
    const unit = converging()
    unit.broken.set('set config' satisfies FakeStep, 1)
    const { told, give, later, end } = await watched(unit)
    await give(order({ service: '1.0.0', config: '2.0.0' }))
    await later()
    expect([unit.runs, unit.config, told.at(-1)]).toEqual([['service 1.0.0'], undefined, 'S NO_UPDATE'])
    expect(unit.reported).toEqual(['config 2.0.0: set config broke'])
    await end()
  })

  it('D15 names the node that could not be set, and goes on with the rest', async () => {
    const unit = converging()
    unit.broken.set('set node', 1)
    const { give, later, end } = await watched(unit)
    await give(order({ service: '1.0.0' }, { nodes: [{ nodeId: 'node2', state: 'paused' }] }))
    await later()
    expect([unit.runs, unit.reported]).toEqual([['service 1.0.0'], ['node2: set node broke']])
    await end()
  })

  it('D23 ends, with the component on its way, when that never arrives', async () => {
    const unit = converging()
    unit.hung.add('activate')
    const { update, give, later, end } = await watched(unit)
    await give(order({ component: '2.0.0' }))
    await later(700_000)
    expect([update.state.at, unit.instances[0]?.state]).toEqual(['none', 'activating'])
    expect(update.state.errors.fota?.message).toMatch(/^not active in time: rootfs 2.0.0/)
    await end()
  })

  it('D17 tries again what failed when the same order comes again', async () => {
    const unit = converging()
    unit.broken.set('set config', 1)
    const { give, later, end } = await watched(unit)
    await give(order({ config: '2.0.0' }))
    await later()
    await give(order({ config: '2.0.0' }))
    await later()
    expect([unit.config?.version, unit.reported.at(-1)]).toEqual(['2.0.0', 'config 2.0.0: set'])
    await end()
  })
})
