import { type InstanceOrder } from '@windlass/model/unit'
import { createLog } from '@windlass/platform'
import { FakeClock } from '@windlass/platform/fakes'
import { describe, expect, it } from 'vitest'
import { FakeExecutor } from './fake-executor.ts'
import { memoryInstanceRecords } from './memory-records.ts'
import { NodeInstances, type Report } from './node-instances.ts'
import { defaultRestartRule } from './restart.ts'
import { instanceOrder } from './sample-instances.ts'

const year = 365 * 24 * 3_600_000
const web = instanceOrder('web')
const web2 = instanceOrder('web', { version: '2.0.0' })
const db = instanceOrder('db')

/** A node under a clock that is told to move; `stop` ends the process and leaves the services. */
function node(before?: {
  executor: FakeExecutor
  records: ReturnType<typeof memoryInstanceRecords>
  clock: FakeClock
}) {
  const clock = before?.clock ?? new FakeClock()
  const executor = before?.executor ?? new FakeExecutor(clock)
  const records = before?.records ?? memoryInstanceRecords()
  const log = createLog([], () => clock.now())
  const instances = new NodeInstances({ executor, records, clock, time: { ms: () => clock.uptime() }, log })
  instances.reach(true)
  const reports: Report[] = []
  instances.subscribe((report) => reports.push(report))
  const quit = new AbortController()
  const over = instances.run(quit.signal)
  const stop = async () => {
    quit.abort()
    await clock.advance(10_000)
    await over
  }
  return { clock, executor, records, instances, reports, stop }
}

const states = (node: { instances: NodeInstances }) =>
  Object.fromEntries(
    node.instances.statuses().map(({ ident, version, state }) => [`${ident.itemId} ${version}`, state]),
  )
const kinds = (reports: readonly Report[]) =>
  reports.map(({ kind, statuses }) => [kind, statuses.map(({ state }) => state)])

describe('an order', () => {
  it('fetches, starts, and is answered once with everything', async () => {
    const it = node()
    await it.clock.advance(0)
    it.instances.order([web, db])
    await it.clock.advance(0)
    expect(it.executor.done).toEqual(['fetch web 1.0.0', 'fetch db 1.0.0', 'start web 1.0.0', 'start db 1.0.0'])
    expect(kinds(it.reports)).toEqual([
      ['whole', []],
      ['whole', ['active', 'active']],
    ])
    await it.stop()
  })

  it('that came before is answered again, and nothing is touched', async () => {
    const it = node()
    it.instances.order([web])
    await it.clock.advance(0)
    it.executor.done.length = 0
    it.instances.order([web])
    await it.clock.advance(0)
    expect(it.executor.done).toEqual([])
    expect(it.reports.at(-1)).toMatchObject({ kind: 'whole', statuses: [{ state: 'active' }] })
    await it.stop()
  })

  it('of a new version stops the old one and starts the new one (L15)', async () => {
    const it = node()
    it.instances.order([web])
    await it.clock.advance(0)
    it.executor.done.length = 0
    it.instances.order([web2])
    await it.clock.advance(0)
    expect(it.executor.done).toEqual(['fetch web 2.0.0', 'stop web 1.0.0', 'start web 2.0.0'])
    await it.stop()
  })

  it('that comes while another is carried out takes its place; the answer is about the last (L23, W13)', async () => {
    const clock = new FakeClock()
    const it = node({ clock, executor: new FakeExecutor(clock, 1000), records: memoryInstanceRecords() })
    await it.clock.advance(0)
    it.reports.length = 0
    it.instances.order([web])
    await it.clock.advance(500)
    it.instances.order([web2, db])
    await it.clock.advance(20_000)
    expect(it.executor.done).not.toContain('fetch web 1.0.0')
    expect(states(it)).toEqual({ 'web 2.0.0': 'active', 'db 1.0.0': 'active' })
    expect(kinds(it.reports)).toEqual([['whole', ['active', 'active']]])
    await it.stop()
  })

  it('that cannot be fetched fails alone, and the version that ran runs on', async () => {
    const it = node()
    it.instances.order([web])
    await it.clock.advance(0)
    it.executor.failing.add('fetch web')
    it.instances.order([web2, db])
    await it.clock.advance(0)
    expect(states(it)).toEqual({ 'web 2.0.0': 'failed', 'db 1.0.0': 'active' })
    expect([...it.executor.runs.values()].map(({ info }) => info.version)).toEqual(['1.0.0', '1.0.0'])
    expect(it.reports.at(-1)?.statuses[0]).toMatchObject({ error: { aosCode: 2, message: 'fetch web fails' } })
    it.executor.failing.clear()
    it.instances.order([web2, db])
    await it.clock.advance(0)
    expect(states(it)).toEqual({ 'web 2.0.0': 'active', 'db 1.0.0': 'active' })
    await it.stop()
  })

  it('is failed, then active again after a second (L24)', async () => {
    const it = node()
    it.instances.order([web])
    await it.clock.advance(100_000)
    it.reports.length = 0
    it.executor.end(web, { code: 3 })
    await it.clock.advance(999)
    expect(it.reports.at(-1)).toMatchObject({
      kind: 'changed',
      statuses: [{ state: 'failed', error: { exitCode: 3 } }],
    })
    await it.clock.advance(1)
    expect(kinds(it.reports)).toEqual([
      ['changed', ['failed']],
      ['changed', ['active']],
    ])
    await it.stop()
  })

  it('with 0 is inactive meanwhile', async () => {
    const it = node()
    it.instances.order([web])
    await it.clock.advance(0)
    it.executor.end(web, { code: 0 })
    await it.clock.advance(10)
    expect(states(it)).toEqual({ 'web 1.0.0': 'inactive' })
    await it.stop()
  })

  it('again and again is given up, until a new order', async () => {
    const it = node()
    it.instances.order([web])
    for (let times = 0; times < 4; times += 1) {
      await it.clock.advance(1000)
      it.executor.end(web)
    }
    await it.clock.advance(600_000)
    expect(it.instances.statuses()[0]?.error?.message).toBe('ended with 1; given up until the next order')
    expect(it.executor.done.filter((step) => step.startsWith('start'))).toHaveLength(4)
    it.instances.order([web])
    await it.clock.advance(2000)
    expect(states(it)).toEqual({ 'web 1.0.0': 'active' })
    await it.stop()
  })
})

describe('the process killed and started again', () => {
  it('neither stops nor doubles a service', async () => {
    const first = node()
    first.instances.order([web, db])
    await first.clock.advance(0)
    await first.stop()
    first.executor.done.length = 0
    const second = node(first)
    await second.clock.advance(60_000)
    expect(second.executor.done).toEqual([])
    expect(kinds(second.reports)).toEqual([['whole', ['active', 'active']]])
    await second.stop()
  })

  it('starts again what ended meanwhile, and stops what was ordered away', async () => {
    const first = node()
    first.instances.order([web, db])
    await first.clock.advance(0)
    await first.stop()
    first.executor.end(web)
    first.records.saveInstances([web])
    first.executor.done.length = 0
    const second = node(first)
    await second.clock.advance(60_000)
    expect(second.executor.done).toEqual(['stop db 1.0.0', 'start web 1.0.0'])
    await second.stop()
  })

  it('starts stored instances without a word from the unit', async () => {
    const records = memoryInstanceRecords()
    records.saveInstances([web])
    const clock = new FakeClock()
    const executor = new FakeExecutor(clock)
    executor.stored.add(web.manifestDigest)
    const it = node({ clock, executor, records })
    await it.clock.advance(0)
    expect(states(it)).toEqual({ 'web 1.0.0': 'active' })
    await it.stop()
  })
})

describe('without the unit', () => {
  it('a missing image is waited for, and fetched once the unit is there', async () => {
    const it = node()
    it.instances.reach(false)
    it.instances.order([web])
    await it.clock.advance(60_000)
    expect(states(it)).toEqual({ 'web 1.0.0': 'activating' })
    it.instances.reach(true)
    await it.clock.advance(0)
    expect(states(it)).toEqual({ 'web 1.0.0': 'active' })
    await it.stop()
  })

  it.each([
    ['fetch', 'no_space'],
    ['fetch', 'unreachable'],
    ['start', 'runtime'],
  ] as const)('a %s that failed for %s is tried again after a minute, then ever more seldom', async (step, why) => {
    const it = node()
    it.executor.failing.add(`${step} web`)
    it.executor.failsWith = why
    it.instances.order([web])
    await it.clock.advance(60_000)
    expect(states(it)).toEqual({ 'web 1.0.0': 'failed' })
    it.executor.failing.clear()
    await it.clock.advance(110_000)
    expect(states(it)).toEqual({ 'web 1.0.0': 'failed' })
    await it.clock.advance(20_000)
    expect(states(it)).toEqual({ 'web 1.0.0': 'active' })
    await it.stop()
  })

  it('an image that is not what it should be is not tried again', async () => {
    const it = node()
    it.executor.failing.add('fetch web')
    it.executor.failsWith = 'checksum'
    it.instances.order([web])
    await it.clock.advance(0)
    it.executor.failing.clear()
    await it.clock.advance(86_400_000)
    expect(states(it)).toEqual({ 'web 1.0.0': 'failed' })
    await it.stop()
  })

  it('a fetch that was cut off is tried again when the unit is back', async () => {
    const it = node()
    it.executor.failing.add('fetch web')
    it.executor.failsWith = 'unreachable'
    it.instances.order([web])
    await it.clock.advance(0)
    expect(states(it)).toEqual({ 'web 1.0.0': 'failed' })
    it.executor.failing.clear()
    it.instances.reach(false)
    it.instances.reach(true)
    await it.clock.advance(0)
    expect(states(it)).toEqual({ 'web 1.0.0': 'active' })
    await it.stop()
  })
})

describe('without the cloud', () => {
  const withTtl = (executor: FakeExecutor, info: InstanceOrder, offlineTtlMs: number) =>
    executor.traitsOf.set(info.manifestDigest, { restart: defaultRestartRule, offlineTtlMs })

  it('an instance with an offlineTTL is stopped when it is over, and comes back with the cloud (L22, W14)', async () => {
    const it = node()
    withTtl(it.executor, web, 60_000)
    it.instances.order([web, db])
    await it.clock.advance(0)
    it.instances.connection(false)
    // Whatever the wall clock is set to meanwhile.
    it.clock.jump(10 * year)
    await it.clock.advance(30_000)
    it.clock.jump(-20 * year)
    await it.clock.advance(29_000)
    expect(states(it)).toEqual({ 'web 1.0.0': 'active', 'db 1.0.0': 'active' })
    await it.clock.advance(2000)
    expect(states(it)).toEqual({ 'web 1.0.0': 'inactive', 'db 1.0.0': 'active' })
    expect(it.executor.runs.size).toBe(1)
    it.instances.connection(true)
    await it.clock.advance(0)
    expect(states(it)).toEqual({ 'web 1.0.0': 'active', 'db 1.0.0': 'active' })
    await it.stop()
  })

  it('a restart of the process does not begin the time anew', async () => {
    const first = node()
    withTtl(first.executor, web, 60_000)
    first.instances.order([web])
    await first.clock.advance(0)
    first.instances.connection(false)
    await first.clock.advance(40_000)
    await first.stop()
    const second = node(first)
    await second.clock.advance(21_000)
    expect(states(second)).toEqual({ 'web 1.0.0': 'inactive' })
    await second.stop()
  })
})

describe('a declared health check', () => {
  const check = { command: ['ok'], intervalMs: 1000, timeoutMs: 500, startPeriodMs: 0, retries: 2 }

  it('keeps an instance activating until it passes', async () => {
    const it = node()
    it.executor.traitsOf.set(web.manifestDigest, { restart: defaultRestartRule, health: check })
    it.instances.order([web])
    await it.clock.advance(999)
    expect(states(it)).toEqual({ 'web 1.0.0': 'activating' })
    await it.clock.advance(1)
    expect(states(it)).toEqual({ 'web 1.0.0': 'active' })
    await it.stop()
  })

  it('ends a service that stays sick, which is then started again', async () => {
    const it = node()
    it.executor.traitsOf.set(web.manifestDigest, { restart: defaultRestartRule, health: check })
    it.instances.order([web])
    await it.clock.advance(5000)
    it.executor.healthy = false
    await it.clock.advance(2500)
    expect(states(it)).toEqual({ 'web 1.0.0': 'failed' })
    expect(it.executor.done.at(-1)).toBe('kill web 1.0.0')
    it.executor.healthy = true
    await it.clock.advance(3000)
    expect(states(it)).toEqual({ 'web 1.0.0': 'active' })
    await it.stop()
  })
})
