import type { DesiredState } from '@windlass/model/unit'
import { describe, expect, it } from 'vitest'
import type { UpdateState } from './diagram.ts'
import { type FakeStep, FakeUnit, order } from './fake-unit.ts'
import { toldOf } from './given-up.ts'
import type { UnitUpdate } from './update-manager.ts'

/** A unit that lives for the length of a test; every state it came to stands in `states`. */
function living(unit = new FakeUnit()) {
  const quit = new AbortController()
  const update = unit.boot()
  const states: string[] = []
  update.watch((news) => news.kind === 'moved' && news.from.at !== news.to.at && states.push(news.to.at))
  const ended = update.run(quit.signal)
  const die = async () => {
    quit.abort()
    await ended
  }
  const until = async (at: UpdateState['at']) => {
    for (let seconds = 0; update.state.at !== at && seconds < 3_600; seconds += 1) await unit.clock.advance(1_000)
    expect(update.state.at).toBe(at)
  }
  const order = async (desired: DesiredState) => {
    const answer = update.accept(desired)
    await unit.clock.advance(0)
    return answer
  }
  return { unit, update, states, die, until, order }
}

async function installed(first: DesiredState, unit = new FakeUnit()) {
  const life = living(unit)
  await life.order(first)
  await life.until('none')
  life.states.length = 0
  unit.done.length = 0
  return life
}

const steps = ['downloading', 'pending', 'installing', 'launching', 'activating', 'finalizing', 'none']

describe('the unit', () => {
  it('brings services and firmware to a desired state as one', async () => {
    const { unit, states, order: give, until, die } = living()
    await give(order({ service: '1.0.0', component: '2.0.0' }))
    await until('none')
    expect(states).toEqual(steps)
    expect(unit.done).toEqual([
      'download service 1.0.0, rootfs 2.0.0',
      'prepare node1 2.0.0',
      'start',
      'run',
      'apply',
      'install items',
    ])
    expect([unit.runs, unit.firmwareVersion]).toEqual([['rootfs 2.0.0', 'service 1.0.0'], '2.0.0'])
    await die()
  })

  it('D6 sets node states, then the configuration, and runs everything once', async () => {
    const { unit, order: give, until, die } = living()
    const nodes = [
      { nodeId: 'node1', state: 'provisioned' as const },
      { nodeId: 'node2', state: 'paused' as const },
    ]
    await give(order({ service: '1.0.0', config: '2.0.0' }, { nodes }))
    await until('none')
    expect(unit.done).toEqual(['download service 1.0.0', 'node2 paused', 'config 2.0.0', 'run', 'install items'])
    await die()
  })

  it('D7 D10 ignores the same desired state while it is under way, whatever its certificates', async () => {
    const unit = new FakeUnit()
    unit.hung.add('download')
    const { order: give, die } = living(unit)
    await give(order({ service: '1.0.0' }))
    expect(await give(order({ service: '1.0.0' }))).toBe('ignored')
    const certificates = [{ der: 'MIIB', fingerprint: 'F0' }]
    expect(await give(order({ service: '1.0.0' }, { certificates }))).toBe('ignored')
    expect(unit.done).toHaveLength(1)
    await die()
  })

  it('D7 ignores it too where the cloud is faster than the journal after a restart', async () => {
    const unit = new FakeUnit()
    unit.hung.add('download')
    const first = living(unit)
    await first.order(order({ service: '1.0.0' }))
    await first.die()
    const quit = new AbortController()
    const update = unit.boot()
    const answer = update.accept(order({ service: '1.0.0' }))
    const ended = update.run(quit.signal)
    expect(await answer).toBe('ignored')
    quit.abort()
    await ended
  })

  it('D8 downloads again when another arrives while it downloads', async () => {
    const unit = new FakeUnit()
    unit.hung.add('download')
    const { order: give, until, die } = living(unit)
    await give(order({ service: '1.0.0' }))
    unit.hung.clear()
    await give(order({ service: '1.0.0', instances: 2 }))
    await until('none')
    expect(unit.done.filter((what) => what.startsWith('download'))).toHaveLength(2)
    expect(unit.instances).toHaveLength(2)
    await die()
  })

  it('D11 does nothing when everything is there', async () => {
    const { unit, states, order: give, die } = await installed(order({ service: '1.0.0', component: '2.0.0' }))
    await give(order({ service: '1.0.0', component: '2.0.0' }))
    expect([states, unit.done]).toEqual([[], []])
    await die()
  })

  it('D12 runs a whole cycle where nodes are listed, but leaves a node alone that is what it should be', async () => {
    const { unit, states, order: give, until, die } = await installed(order({ service: '1.0.0' }))
    await give(order({ service: '1.0.0' }, { nodes: [{ nodeId: 'node1', state: 'provisioned' }] }))
    await until('none')
    expect(states).toEqual(steps)
    expect(unit.done).not.toContain('node1 provisioned')
    await die()
  })

  it('D25 leaves alone what an order does not mention', async () => {
    const { unit, order: give, until, die } = await installed(order({ service: '1.0.0', component: '2.0.0' }))
    const { items: _items, instances: _instances, ...rest } = order({ config: '3.0.0' })
    await give(rest)
    await until('none')
    expect(unit.runs).toEqual(['rootfs 2.0.0', 'service 1.0.0'])
    expect(unit.config?.version).toBe('3.0.0')
    await die()
  })

  it('D20 removes everything that is no longer wanted', async () => {
    const { unit, order: give, until, die } = await installed(order({ service: '1.0.0' }))
    await give(order({}))
    await until('none')
    expect([unit.runs, unit.items]).toEqual([[], []])
    await die()
  })
})

describe('a transaction that fails', () => {
  const first = order({ service: '1.0.0', component: '1.5.0', config: '1.0.0' })
  const second = order({ service: '2.0.0', component: '2.0.0', config: '2.0.0' })
  const cases: readonly FakeStep[] = ['set config', 'prepare', 'start', 'run', 'activate']

  it.each(cases)('comes back whole when this breaks: %s', async (step) => {
    const { unit, states, update, order: give, until, die } = await installed(first)
    unit.broken.set(step, 1)
    await give(second)
    await until('none')
    expect(states.at(-2)).toBe('reverting')
    expect([unit.runs, unit.firmwareVersion, unit.config?.version]).toEqual([
      ['rootfs 1.5.0', 'service 1.0.0'],
      '1.5.0',
      '1.0.0',
    ])
    expect(update.state.errors.sota?.message).not.toBe('')
    await die()
  })

  it('is not tried again until someone says so', async () => {
    const { unit, states, update, order: give, until, die } = await installed(first)
    unit.broken.set('run', 1)
    await give(second)
    await until('none')
    states.length = 0
    await give(second)
    expect(states).toEqual([])
    expect(update.takenBack?.items.map(({ itemId, version }) => `${itemId} ${version}`)).toEqual([
      'service 2.0.0',
      'rootfs 2.0.0',
    ])
    expect(update.state.errors.sota?.message).toBe('failed here before, during launching: run broke')
    await forget(update, unit)
    await give(second)
    await until('none')
    expect(unit.runs).toEqual(['rootfs 2.0.0', 'service 2.0.0'])
    await die()
  })

  it('stops before any node is touched when an item cannot be had', async () => {
    const { unit, states, update, order: give, until, die } = await installed(first)
    unit.missing.add('service 2.0.0')
    await give(second)
    await until('none')
    expect([states, unit.done]).toEqual([['downloading', 'none'], ['download service 2.0.0, rootfs 2.0.0']])
    expect(update.state.errors.sota?.message).toBe('item service 2.0.0: no such blob')
    await die()
  })

  it('tells nothing of what was taken back earlier when another cannot be had', async () => {
    const { unit, update, order: give, until, die } = await installed(first)
    unit.broken.set('run', 1)
    await give(second)
    await until('none')
    unit.missing.add('service 3.0.0')
    await give(order({ service: '3.0.0', component: '1.5.0', config: '1.0.0' }))
    await until('none')
    expect([update.state.errors.sota?.message, update.takenBack]).toEqual([
      'item service 3.0.0: no such blob',
      undefined,
    ])
    await die()
  })

  it('does not wait for what came with the node and does not run', async () => {
    const { unit, order: give, until, die } = await installed(first)
    unit.preinstalled = 'inactive'
    await give(second)
    await until('none')
    expect(unit.runs).toEqual(['rootfs 2.0.0', 'service 2.0.0'])
    await die()
  })

  it('comes back when instances do not become active in time', async () => {
    const { unit, update, order: give, until, die } = await installed(first)
    unit.hung.add('activate')
    await give(second)
    await until('none')
    expect(unit.runs).toEqual(['rootfs 1.5.0', 'service 1.0.0'])
    expect(update.state.errors.sota?.message).toMatch(/^not active in time: service 2.0.0/)
    await die()
  })

  it('waits for them as long when its clock is set and it starts again meanwhile', async () => {
    const { unit, order: give, until, die } = await installed(first)
    unit.hung.add('activate')
    await give(second)
    await until('activating')
    await die()
    unit.clock.jump(10 * 365 * 86_400_000)
    const again = living(unit)
    await unit.clock.advance(60_000)
    expect(again.update.state.at).toBe('activating')
    for (const item of ['service', 'rootfs']) unit.becomes(item, 'active')
    await again.until('none')
    expect(unit.runs).toEqual(['rootfs 2.0.0', 'service 2.0.0'])
    await again.die()
  })

  it('comes back when a service falls over soon after it started', async () => {
    const { unit, order: give, until, die } = await installed(first)
    await give(second)
    await until('activating')
    unit.becomes('service', 'failed')
    await until('none')
    expect(unit.runs).toEqual(['rootfs 1.5.0', 'service 1.0.0'])
    await die()
  })

  it('goes on coming back until it is back', async () => {
    const { unit, order: give, until, die } = await installed(first)
    unit.broken.set('run', 1).set('revert', 3).set('restore', 2)
    await give(second)
    await until('none')
    expect([unit.runs, unit.firmwareVersion]).toEqual([['rootfs 1.5.0', 'service 1.0.0'], '1.5.0'])
    await die()
  })

  it('comes back when a node fell back to its old firmware before it was to keep the new one', async () => {
    const { unit, states, update, order: give, until, die } = await installed(first)
    unit.broken.set('keep', 1)
    await give(second)
    await until('none')
    expect(states.slice(-3)).toEqual(['finalizing', 'reverting', 'none'])
    expect(unit.runs).toEqual(['rootfs 1.5.0', 'service 1.0.0'])
    expect(update.takenBack?.during).toBe('finalizing')
    await die()
  })

  it('goes on finalizing while nodes do not say whether they kept it: others may have', async () => {
    const { unit, order: give, until, die } = await installed(first)
    unit.broken.set('apply', 3)
    await give(second)
    await until('none')
    expect([unit.runs, unit.firmwareVersion]).toEqual([['rootfs 2.0.0', 'service 2.0.0'], '2.0.0'])
    await die()
  })
})

describe('a newer desired state', () => {
  const hangs: readonly [FakeStep, UpdateState['at']][] = [
    ['download', 'downloading'],
    ['prepare', 'installing'],
    ['start', 'launching'],
    ['run', 'launching'],
    ['activate', 'activating'],
  ]

  it.each(hangs)('D9 replaces one that hangs in: %s', async (step, at) => {
    const { unit, order: give, until, die } = await installed(order({ service: '1.0.0', component: '1.5.0' }))
    unit.hung.add(step)
    await give(order({ service: '2.0.0', component: '2.0.0' }))
    await until(at)
    unit.hung.clear()
    await give(order({ service: '2.5.0', component: '2.5.0' }))
    await give(order({ service: '3.0.0', component: '3.0.0' }))
    await until('none')
    expect([unit.runs, unit.firmwareVersion]).toEqual([['rootfs 3.0.0', 'service 3.0.0'], '3.0.0'])
    await die()
  })

  it('counts, also when it is what is under way and another came in between', async () => {
    const { unit, order: give, until, die } = await installed(order({ service: '1.0.0' }))
    unit.hung.add('activate')
    await give(order({ service: '2.0.0' }))
    await until('activating')
    unit.hung.clear()
    const both = [give(order({ service: '3.0.0' })), give(order({ service: '2.0.0' }))]
    expect(await Promise.all(both)).toEqual(['taken', 'taken'])
    await until('none')
    expect(unit.runs).toEqual(['service 2.0.0'])
    await die()
  })

  it('waits while there is no way back, and goes next', async () => {
    const { unit, order: give, until, die } = await installed(order({ component: '1.5.0' }))
    unit.hung.add('apply')
    await give(order({ component: '2.0.0' }))
    await until('finalizing')
    unit.hung.clear()
    await give(order({ component: '3.0.0' }))
    await until('none')
    await unit.clock.advance(10_000)
    await until('none')
    expect(unit.firmwareVersion).toBe('3.0.0')
    await die()
  })

  it('that cannot be downloaded leads back to what was before the one it replaced', async () => {
    const { unit, states, order: give, until, die } = await installed(order({ service: '1.0.0', component: '1.5.0' }))
    unit.hung.add('activate')
    await give(order({ service: '2.0.0', component: '2.0.0' }))
    await until('activating')
    unit.hung.clear()
    unit.missing.add('service 3.0.0')
    await give(order({ service: '3.0.0' }))
    await until('none')
    expect(states.slice(-2)).toEqual(['reverting', 'none'])
    expect([unit.runs, unit.firmwareVersion]).toEqual([['rootfs 1.5.0', 'service 1.0.0'], '1.5.0'])
    await die()
  })

  it('that failed here before is not tried again: what it replaced goes back', async () => {
    const first = order({ service: '1.0.0', component: '1.5.0', config: '1.0.0' })
    const bad = order({ service: '2.0.0', component: '2.0.0' })
    const { unit, update, states, order: give, until, die } = await installed(first)
    unit.broken.set('run', 1)
    await give(bad)
    await until('none')
    unit.hung.add('activate')
    await give(order({ service: '3.0.0', component: '3.0.0', config: '3.0.0' }))
    await until('activating')
    unit.hung.clear()
    unit.done.length = 0
    await give(bad)
    await until('none')
    expect(states.slice(-3)).toEqual(['none', 'reverting', 'none'])
    expect(unit.done.filter((what) => /^(download|prepare|run)/.test(what))).toEqual([])
    expect([unit.runs, unit.firmwareVersion, unit.config?.version]).toEqual([
      ['rootfs 1.5.0', 'service 1.0.0'],
      '1.5.0',
      '1.0.0',
    ])
    expect(update.state.refused.map(({ error }) => error.message)).toEqual(['run broke'])
    expect(update.state.errors.sota?.message).toBe('failed here before, during launching: run broke')
    expect(update.takenBack?.during).toBe('launching')
    await die()
  })

  it('1,000 of them in a minute end in the newest', async () => {
    const { unit, order: give, until, die } = await installed(order({ service: '1.0.0' }))
    for (let n = 1; n <= 1_000; n += 1) {
      await give(order({ service: `2.0.${n}` }))
      await unit.clock.advance(60)
    }
    await until('none')
    expect(unit.runs).toEqual(['service 2.0.1000'])
    await die()
  })
})

describe('a unit says what it was told to be and will not be', () => {
  const service2 = { itemId: 'service', type: 'service', version: '2.0.0' } as const

  it('when its download breaks, until it is told anew', async () => {
    const { unit, update, order: give, until, die } = await installed(order({ service: '1.0.0', component: '1.5.0' }))
    unit.broken.set('download', 1)
    await give(order({ service: '2.0.0', component: '1.5.0' }))
    await until('none')
    expect(update.missed).toMatchObject({ items: [service2], error: { message: 'download broke' } })
    await give(order({ service: '2.0.0', component: '1.5.0' }))
    expect(update.missed).toBeUndefined()
    await until('none')
    expect([update.missed, unit.runs]).toEqual([undefined, ['rootfs 1.5.0', 'service 2.0.0']])
    await die()
  })

  it('and that of the right one, where two failed for the same reason', async () => {
    const { unit, update, order: give, until, die } = await installed(order({ service: '1.0.0' }))
    for (const service of ['2.0.0', '3.0.0']) {
      unit.broken.set('run', 1)
      await give(order({ service }))
      await until('none')
    }
    await give(order({ service: '2.0.0' }))
    expect(update.missed).toMatchObject({
      items: [service2],
      error: { message: 'failed here before, during launching: run broke' },
    })
    await die()
  })

  it('when its state cannot be saved for half a minute, until it can', async () => {
    const { unit, update, order: give, until, die } = await installed(order({ service: '1.0.0' }))
    unit.unsaved = 8
    const taken = give(order({ service: '2.0.0' }))
    await unit.clock.advance(15_000)
    expect(update.missed).toBeUndefined()
    await unit.clock.advance(17_000)
    expect(update.missed).toMatchObject({ items: [service2], error: { message: 'no space left on device' } })
    await unit.clock.advance(180_000)
    await taken
    await until('none')
    expect([update.missed, unit.runs]).toEqual([undefined, ['service 2.0.0']])
    await die()
  })

  it('but adds nothing where an item says by itself what failed', () => {
    const error = { aosCode: 1, exitCode: 0, message: 'no such blob' }
    const items = [{ ...service2, state: 'failed', error }] as const
    const known = { items, instances: [], config: { version: '1.0.0', state: 'installed' } } as const
    const given = { items: [service2, { ...service2, itemId: 'other' }], instances: [], configVersion: null, error }
    expect(toldOf(given, known).items).toEqual([])
    expect(toldOf({ ...given, items: [service2] }, { ...known, items: [] }).items).toEqual(items)
  })

  /** What is told beside what the unit knows of. */
  const told = ({ update, unit }: Awaited<ReturnType<typeof installed>>) => {
    const { items, instances, config } = unit
    const status = config ? ({ version: config.version, state: 'installed' } as const) : nothing
    return update.missed && toldOf(update.missed, { items, instances, config: status })
  }
  const nothing = { version: '0.0.0', state: 'absent' } as const

  it('as instances, where it asked for more of what is there; also after a restart', async () => {
    const life = await installed(order({ service: '1.0.0', instances: 2 }))
    const { unit, order: give, until, die } = life
    unit.broken.set('run', 1)
    await give(order({ service: '1.0.0', instances: 4 }))
    await until('none')
    const missing = [2, 3].map((index) => ({
      ident: { itemId: 'service', subjectId: 'subject', index, type: 'service', preinstalled: false },
      version: '1.0.0',
      nodeId: '',
      state: 'failed',
      error: { message: 'run broke' },
    }))
    expect(told(life)).toMatchObject({ items: [], instances: missing })
    await die()
    const second = living(unit)
    await unit.clock.advance(0)
    expect(told(second)?.instances).toMatchObject(missing)
    await second.order(order({ service: '1.0.0', instances: 2 }))
    expect(told(second)).toBeUndefined()
    await second.die()
  })

  it('as configuration, where it asked for nothing but another one', async () => {
    const life = await installed(order({ service: '1.0.0', config: '1.0.0' }))
    life.unit.broken.set('run', 1)
    await life.order(order({ service: '1.0.0', config: '2.0.0' }))
    await life.until('none')
    expect(life.unit.config?.version).toBe('1.0.0')
    expect(told(life)).toMatchObject({ items: [], instances: [], config: { version: '2.0.0' } })
    await life.die()
  })

  it('as the whole, where it asked for less', async () => {
    const life = await installed(order({ service: '1.0.0', instances: 2 }))
    life.unit.broken.set('run', 1)
    await life.order(order({ service: '1.0.0', instances: 1 }))
    await life.until('none')
    expect(told(life)).toEqual({ items: [], instances: [], error: expect.objectContaining({ message: 'run broke' }) })
    await life.die()
  })

  it('while it cannot come back, and what keeps it; told at first after a minute', async () => {
    const { unit, update, order: give, until, die } = await installed(order({ service: '1.0.0' }))
    const due: string[] = []
    update.watch((news) => news.kind === 'waits' && due.push(update.stuck ?? 'not yet'))
    unit.broken.set('run', 1).set('restore', 15)
    await give(order({ service: '2.0.0' }))
    await until('reverting')
    await unit.clock.advance(55_000)
    expect(update.missed).toBeUndefined()
    await unit.clock.advance(10_000)
    const why = 'not back yet: restore broke; it failed during launching: run broke'
    expect(update.missed).toMatchObject({ items: [service2], error: { message: why } })
    await until('none')
    expect(due).toEqual(Array.from({ length: 15 }, (_, n) => (n === 6 || n === 12 ? why : 'not yet')))
    expect(update.missed).toMatchObject({ items: [service2], error: { message: 'run broke' } })
    await die()
  })
})

describe('D13 D14 a unit killed', () => {
  const moments: readonly [FakeStep, UpdateState['at']][] = [
    ['download', 'downloading'],
    ['prepare', 'installing'],
    ['start', 'launching'],
    ['activate', 'activating'],
    ['apply', 'finalizing'],
  ]

  it.each(moments)('while it does this goes on where it was: %s', async (step, at) => {
    const { unit, order: give, until, die } = await installed(order({ service: '1.0.0', component: '1.5.0' }))
    unit.hung.add(step)
    await give(order({ service: '2.0.0', component: '2.0.0' }))
    await until(at)
    await die()
    unit.hung.clear()
    const second = living(unit)
    await unit.clock.advance(0)
    for (const item of ['service', 'rootfs']) unit.becomes(item, 'active')
    await second.until('none')
    expect([unit.runs, unit.firmwareVersion]).toEqual([['rootfs 2.0.0', 'service 2.0.0'], '2.0.0'])
    await second.die()
  })

  it('while it comes back, comes back', async () => {
    const { unit, order: give, until, die } = await installed(order({ service: '1.0.0', component: '1.5.0' }))
    unit.broken.set('run', 1)
    unit.hung.add('restore')
    await give(order({ service: '2.0.0', component: '2.0.0' }))
    await until('reverting')
    await die()
    unit.hung.clear()
    const second = living(unit)
    await second.until('none')
    expect([unit.runs, unit.firmwareVersion]).toEqual([['rootfs 1.5.0', 'service 1.0.0'], '1.5.0'])
    await second.die()
  })
})

async function forget(update: UnitUpdate, unit: FakeUnit): Promise<void> {
  const done = update.forget()
  await unit.clock.advance(0)
  expect(await done).toBe(true)
}
