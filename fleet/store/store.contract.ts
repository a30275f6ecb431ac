import { sha256Text } from '@windlass/model'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { extentContract } from '../groups/extent.contract.ts'
import { groupsContract } from '../groups/groups.contract.ts'
import { admissionContract } from '../identity/admission.contract.ts'
import { audienceContract } from '../rollout/audience.contract.ts'
import { atOnce, phaseAt, planOf, pointOf } from '../rollout/plan.ts'
import { begun, sumOf, totalOf } from '../rollout/progress.ts'
import type { Attempt, Known, ReportEntry } from './records.ts'
import { attempt, facts, kept, product, sight, uidOf } from './samples.ts'
import { historyLimit, type NewRollout, type Store } from './store.ts'

const nothing = { attempts: [], reports: [] }
const hear = async (store: Store, name: string, version = '3.0', at = 1000, over = {}): Promise<string> => {
  const s = sight(name, version, at, over)
  await store.observe(s, null, () => nothing)
  return s.id
}
const report = (over: Partial<ReportEntry> = {}): ReportEntry => ({
  at: 1000,
  package: uidOf('p'),
  status: 'installing',
  concluded: false,
  previousState: null,
  errorMessage: null,
  log: null,
  ...over,
})
const conclude = (store: Store, name: string, over: Partial<Attempt>): Promise<unknown> => {
  const s = sight(name, '3.0', 1000)
  return store.observe(s, null, () => ({ attempts: [attempt(s.id, over)], reports: [] }))
}

const abort = (store: Store, id: number) => store.changeRollout(id, ({ progress }) => ({ ...progress, abortedAt: 9 }))

/** What every store must do. `fresh` gives an empty one. */
export function storeContract(name: string, fresh: () => Promise<Store>): void {
  describe(`${name} as a store`, () => {
    let store: Store
    beforeEach(async () => {
      store = await fresh()
    })
    afterEach(() => store.close())
    describe('hearing devices', () => hearing(() => store))
    describe('packages', () => packages(() => store))
    describe('rules of packages', () => rules(() => store))
    describe('rollouts', () => rollouts(() => store))
    describe('phases', () => phases(() => store))
    describe('rollouts for groups', () => audienceContract(() => store))
    describe('lists', () => lists(() => store))
    describe('groups', () => groupsContract(() => store))
    describe('what one may see', () => extentContract(() => store))
    describe('admission', () => admissionContract(() => store))
  })
}

function hearing(store: () => Store): void {
  it('registers a device at the first sight and tells it is news', async () => {
    const s = sight('A1', '3.0', 1000)
    const { news } = await store().observe(s, null, (heard) => ({ ...nothing, news: heard.news }))
    expect(news).toBe('registered')
    expect((await store().known(s.id))?.device).toEqual({
      id: s.id,
      product,
      version: '3.0',
      hardware: 'gw-mk2',
      identity: { serial: 'A1' },
      attributes: { iface: ['eth0', 'wlan0'], kernel: '6.6.9' },
      labels: {},
      status: 'idle',
      waits: null,
      boot: null,
      firstSeen: 1000,
      lastSeen: 1000,
    })
  })

  it('tells a changed version, and nothing when all is as before', async () => {
    await hear(store(), 'A1', '3.0')
    const news = async (version: string) =>
      (await store().observe(sight('A1', version, 2000), null, (heard) => ({ ...nothing, news: heard.news }))).news
    expect(await news('3.0')).toBe('none')
    expect(await news('3.1')).toBe('changed')
    expect(await news('3.1')).toBe('none')
  })

  it('takes the facts from probes only, since a report may come from a set that is being left', async () => {
    const id = await hear(store(), 'A1', '3.0', 1000)
    await store().observe({ ...sight('A1', '3.1', 2000), by: 'report' }, null, () => ({ ...nothing, status: 'error' }))
    const device = (await store().known(id))?.device
    expect(device).toMatchObject({ version: '3.0', lastSeen: 2000, firstSeen: 1000, status: 'error' })
  })

  it('keeps what a device waits for until it probes without, or reports', async () => {
    const { id } = sight('A1', '3.0', 0)
    const waits = async () => (await store().known(id))?.device.waits
    const probe = (why?: string) =>
      store().observe({ ...sight('A1', '3.0', 1000), ...(why && { waits: why }) }, null, () => nothing)
    await probe('metered link (wwan0)')
    expect(await waits()).toBe('metered link (wwan0)')
    await probe('held: harvest')
    expect(await waits()).toBe('held: harvest')
    await probe()
    expect(await waits()).toBeNull()
    await probe('held: harvest')
    await store().observe({ ...sight('A1', '3.0', 2000), by: 'report' }, null, () => nothing)
    expect(await waits()).toBeNull()
  })

  it('keeps last seen when the clock jumps back', async () => {
    const id = await hear(store(), 'A1', '3.0', 5000)
    await hear(store(), 'A1', '3.0', 4000)
    expect((await store().known(id))?.device.lastSeen).toBe(5000)
  })

  it('replaces an attempt and keeps every field of it', async () => {
    await conclude(store(), 'A1', { state: 'updating', lastReport: 'downloading' })
    const full = {
      state: 'failed',
      reason: 'disk full',
      lastReport: 'error',
      offers: 3,
      retry: true,
      at: 2000,
    } as const
    await conclude(store(), 'A1', full)
    const id = sight('A1', '3.0', 0).id
    expect((await store().known(id))?.attempts).toEqual([attempt(id, full)])
  })

  it('shows the conclusion what the store knows', async () => {
    await store().addPackage(kept('p', '3.1'))
    await conclude(store(), 'A1', { state: 'failed' })
    await store().addRollout({ package: kept('p', '3.1'), to: { product }, createdAt: 5, startAt: 9 })
    const s = sight('A1', '3.0', 3000)
    const seen = await store().observe(s, uidOf('p'), (heard) => ({ ...nothing, heard }))
    expect(seen.heard.attempts).toEqual([attempt(s.id, { state: 'failed' })])
    expect(seen.heard.packageVersion).toBe('3.1')
    expect(seen.heard.orders).toEqual([
      {
        rollout: 1,
        package: uidOf('p'),
        product,
        version: '3.1',
        hardware: 'any',
        startAt: 9,
        metered: false,
        plan: atOnce,
        bounds: [],
        progress: begun,
        audience: null,
        listed: null,
        pace: null,
      },
    ])
    expect(
      (await store().observe(s, uidOf('none'), (heard) => ({ ...nothing, heard }))).heard.packageVersion,
    ).toBeNull()
  })

  it('notices that a device restarted between two probes, where its agent says so', async () => {
    const probe = (boot?: string) =>
      store().observe({ ...sight('A1', '3.0', 1000), ...(boot && { boot }) }, null, (heard) => ({ ...nothing, heard }))
    const restarted = async (boot?: string) => (await probe(boot)).heard.restarted
    expect([await restarted('b1'), await restarted('b1'), await restarted('b2')]).toEqual([false, false, true])
    expect((await store().known(sight('A1', '3.0', 0).id))?.device.boot).toBe('b2')
    await store().observe({ ...sight('A1', '3.0', 1000), by: 'report' }, null, () => nothing)
    expect([await restarted('b2'), await restarted(), await restarted('b3')]).toEqual([false, false, false])
  })

  it('writes nothing when the conclusion throws', async () => {
    const s = sight('A1', '3.0', 1000)
    const failing = store().observe(s, null, () => {
      throw new Error('a bug')
    })
    await expect(failing).rejects.toThrow('a bug')
    expect(await store().known(s.id)).toBeUndefined()
  })

  it('lets sights of one device wait for each other', async () => {
    const s = sight('A1', '3.0', 1000)
    const count = () =>
      store().observe(s, null, ({ attempts: [before] }) => ({
        attempts: [attempt(s.id, { offers: (before?.offers ?? 0) + 1 })],
        reports: [],
      }))
    await Promise.all(Array.from({ length: 8 }, count))
    expect((await store().known(s.id))?.attempts[0]?.offers).toBe(8)
  })

  it('keeps the history, newest first and bounded', async () => {
    const s = sight('A1', '3.0', 1000)
    const lines = Array.from({ length: historyLimit + 5 }, (_, i) => report({ at: i, log: `line ${i}\n` }))
    await store().observe(s, null, () => ({ attempts: [], reports: lines }))
    await store().observe(s, null, () => ({
      attempts: [],
      reports: [report({ at: 9999, status: 'error', previousState: 'installing', errorMessage: 'ENOSPC', log: 'x' })],
    }))
    const history = await store().history(s.id, 1000)
    expect(history).toHaveLength(historyLimit)
    expect(history[0]).toMatchObject({ at: 9999, previousState: 'installing', errorMessage: 'ENOSPC', log: 'x' })
    expect(history[1]).toMatchObject({ at: historyLimit + 4, concluded: false })
    expect(await store().history(s.id, 2)).toHaveLength(2)
  })
}

function packages(store: () => Store): void {
  it('gives a package back as it was added', async () => {
    const full = { ...kept('p', '3.1'), hardware: ['gw-mk2', 'gw-mk3'], signature: 'c2ln', size: 2 ** 33 }
    expect(await store().addPackage(full)).toBe(true)
    expect(await store().package(full.uid)).toEqual(full)
    expect(await store().package(uidOf('none'))).toBeUndefined()
  })

  it('replaces only the signature of one that it has', async () => {
    await store().addPackage(kept('p', '3.1'))
    expect(await store().addPackage({ ...kept('p', '3.1'), signature: 'c2ln', uploadedAt: 99 })).toBe(false)
    expect(await store().packages()).toEqual([{ ...kept('p', '3.1'), signature: 'c2ln' }])
  })

  it('removes a package, but not under a running rollout', async () => {
    await store().addPackage(kept('p', '3.1'))
    const rollout = await store().addRollout({
      package: kept('p', '3.1'),
      to: { product },
      createdAt: 0,
      startAt: null,
    })
    expect(await store().removePackage(uidOf('p'))).toBe('in_use')
    await abort(store(), rollout?.rollout.rollout ?? 0)
    expect(await store().removePackage(uidOf('p'))).toBe('removed')
    expect(await store().removePackage(uidOf('p'))).toBe('unknown')
    expect(await store().rollouts()).toHaveLength(1)
  })
}

function rules(store: () => Store): void {
  it('go with their packages, and to the devices of the product', async () => {
    await store().addPackage({ ...kept('p', '3.1'), hardware: ['gw-mk2'] })
    await store().addPackage(kept('q', '3.2'))
    const id = await hear(store(), 'A1')
    expect(await store().rules()).toEqual([])
    expect(await store().setRule(uidOf('none'), { needs: null, floor: true })).toBe(false)
    expect(await store().setRule(uidOf('p'), { needs: '3.0', floor: false })).toBe(true)
    expect(await store().setRule(uidOf('p'), { needs: null, floor: true })).toBe(true)
    const rule = { package: uidOf('p'), product, version: '3.1', hardware: ['gw-mk2'], needs: null, floor: true }
    expect(await store().rules()).toEqual([rule])
    expect((await store().known(id))?.rules).toEqual([rule])
    const heard = await store().observe(sight('A1', '3.0', 9), null, (seen) => ({ ...nothing, rules: seen.rules }))
    expect(heard.rules).toEqual([rule])
    const other = sight('B2', '3.0', 9, { productUid: sha256Text('f'.repeat(64)) })
    expect((await store().observe(other, null, (seen) => ({ ...nothing, rules: seen.rules }))).rules).toEqual([])
    await store().setRule(uidOf('q'), { needs: '3.1', floor: false })
    expect((await store().known(id))?.rules.find((one) => one.package === uidOf('q'))).toMatchObject({
      hardware: 'any',
      needs: '3.1',
    })
    await store().removePackage(uidOf('p'))
    expect((await store().rules()).map((one) => one.package)).toEqual([uidOf('q')])
  })
}

function rollouts(store: () => Store): void {
  const start = async (name: string, to: Parameters<Store['addRollout']>[0]['to'], over = {}) => {
    await store().addPackage({ ...kept(name, '3.1'), ...over })
    const order = { package: { ...kept(name, '3.1'), ...over }, to, createdAt: 7, startAt: null }
    return (await store().addRollout(order))?.rollout
  }
  const orders = (known: Known | undefined) => known?.orders.map((order) => order.rollout)

  it('numbers them from 1 and gives them back', async () => {
    const a = await hear(store(), 'A1')
    const first = await start('p', { product })
    const second = await start('q', { devices: [a] })
    expect(first).toMatchObject({ rollout: 1, progress: begun, to: { product }, createdAt: 7, startAt: null })
    expect(await store().rollout(2)).toEqual(second)
    expect((await store().rollouts()).map((r) => r.rollout)).toEqual([2, 1])
    expect(await store().rollout(99)).toBeUndefined()
  })

  it('remembers which may go over links that cost', async () => {
    const a = await hear(store(), 'A1')
    await store().addPackage(kept('p', '3.1'))
    const order = { package: kept('p', '3.1'), to: { product }, createdAt: 7, startAt: null }
    expect(await store().addRollout({ ...order, metered: true })).toMatchObject({ rollout: { metered: true } })
    expect(await store().addRollout(order)).toMatchObject({ rollout: { metered: false } })
    expect((await store().known(a))?.orders.map(({ metered }) => metered)).toEqual([false, true])
  })

  it('refuses unknown devices and leaves nothing behind', async () => {
    expect(await start('p', { devices: [await hear(store(), 'A1'), uidOf('unknown')] })).toBeUndefined()
    expect(await store().rollouts()).toEqual([])
  })

  it('takes a device named twice as one', async () => {
    const a = await hear(store(), 'A1')
    await start('p', { devices: [a, a] })
    expect((await store().counts([1])).get(1)?.pending).toBe(1)
  })

  it('gives a device the running ones that name it or its product, newest first', async () => {
    const a = await hear(store(), 'A1')
    const b = await hear(store(), 'B1')
    await start('p', { product })
    await start('q', { devices: [a] })
    await start('r', { product: sha256Text('f'.repeat(64)) }, { product: 'f'.repeat(64) })
    await start('s', { product })
    await abort(store(), 4)
    expect(orders(await store().known(a))).toEqual([2, 1])
    expect(orders(await store().known(b))).toEqual([1])
  })

  it('counts devices by where they stand', async () => {
    await start('p', { product }, { hardware: ['gw-mk2'] })
    await hear(store(), 'pending')
    await hear(store(), 'updated', '3.1')
    await hear(store(), 'other hardware', '3.0', 0, { hardware: 'x' })
    await hear(store(), 'other product', '3.0', 0, { productUid: 'f'.repeat(64) })
    await conclude(store(), 'offered', { state: 'offered' })
    await conclude(store(), 'updating', { state: 'updating' })
    await conclude(store(), 'failed', { state: 'failed' })
    await conclude(store(), 'retried', { state: 'failed', retry: true })
    await conclude(store(), 'rolled back', { state: 'rolled_back' })
    await conclude(store(), 'downgraded since', { state: 'updated' })
    const counts = { pending: 4, updating: 1, updated: 1, failed: 1, rolled_back: 1 }
    expect(await store().counts([1, 99])).toEqual(new Map([[1, counts]]))
    const members = await store().members(1, 100, undefined)
    expect(Object.groupBy(members, (m) => m.state)).toMatchObject({ pending: { length: 4 }, failed: { length: 1 } })
  })

  it('counts nobody as nobody', async () => {
    await start('p', { product })
    expect((await store().counts([1])).get(1)).toEqual({
      pending: 0,
      updating: 0,
      updated: 0,
      failed: 0,
      rolled_back: 0,
    })
    expect(await store().counts([])).toEqual(new Map())
  })

  it('counts a named device on unfit hardware too, since somebody expects it', async () => {
    const a = await hear(store(), 'A1', '3.0', 0, { hardware: 'x' })
    await start('p', { devices: [a] }, { hardware: ['gw-mk2'] })
    expect((await store().counts([1])).get(1)?.pending).toBe(1)
  })

  it('reads the members in pieces', async () => {
    await start('p', { product })
    const ids = await Promise.all(['a', 'b', 'c'].map((name) => hear(store(), name)))
    const first = await store().members(1, 2, undefined)
    const second = await store().members(1, 2, first[1]?.known.device.id)
    expect([...first, ...second].map((m) => m.known.device.id)).toEqual(ids.sort())
    expect(first[0]?.known.orders).toHaveLength(1)
  })

  it('allows a retry only of what failed', async () => {
    const id = sight('A1', '3.0', 0).id
    const allow = async (over: Partial<Attempt>) => {
      await conclude(store(), 'A1', over)
      return store().allowRetry(id, uidOf('p'))
    }
    expect(await store().allowRetry(id, uidOf('p'))).toBe('needless')
    expect(await allow({ state: 'updating' })).toBe('needless')
    expect(await allow({ state: 'failed' })).toBe('allowed')
    expect(await allow({ state: 'rolled_back' })).toBe('allowed')
    expect((await store().known(id))?.attempts[0]).toMatchObject({ state: 'rolled_back', retry: true })
  })
}

function phases(store: () => Store): void {
  const plan = planOf({ phases: [{ size: { count: 2 } }, { size: { percent: 50 } }] })
  const start = async (devices: number, given: Partial<NewRollout> = {}) => {
    for (let n = 0; n < devices; n++) await hear(store(), `D${n}`)
    await store().addPackage(kept('p', '3.1'))
    const order = { package: kept('p', '3.1'), to: { product }, createdAt: 7, startAt: null, plan }
    return store().addRollout({ ...order, ...given })
  }
  const seenOf = (serial: string, at = 1000) => store().known(sight(serial, '3.0', 0).id, at)
  const sizes = async (id = 1) => (await store().tallies(id)).map(totalOf)

  it('are drawn by a hash: so many devices, a share rounded up, and the rest', async () => {
    const { rollout } = (await start(9)) ?? {}
    expect(await sizes()).toEqual([2, 5, 2])
    expect(rollout?.bounds).toHaveLength(2)
    expect((await store().known(sight('D1', '3.0', 0).id))?.orders[0]).toMatchObject({ plan, bounds: rollout?.bounds })
    const phaseNow = (id: string) => phaseAt(rollout?.bounds ?? [], pointOf(1, id))
    const members = await store().members(1, 100, undefined)
    const first = members.filter((m) => phaseNow(m.known.device.id) === 0)
    for (const { known } of first)
      await conclude(store(), known.device.identity['serial'] as string, { state: 'failed' })
    expect((await store().tallies(1)).map(({ failed }) => failed)).toEqual([2, 0, 0])
  })

  it('of the devices named, with more asked for than there are', async () => {
    const ids = await Promise.all(['a', 'b'].map((name) => hear(store(), name)))
    await start(3, { to: { devices: ids }, plan: planOf({ phases: [{ size: { count: 1 } }, { size: { count: 9 } }] }) })
    expect(await sizes()).toEqual([1, 1, 0])
  })

  it('of nobody yet: a rollout without devices has them all empty', async () => {
    await start(0)
    expect(await sizes()).toEqual([0, 0, 0])
    expect(await sizes(9)).toEqual([])
  })

  it('always add up to the counts', async () => {
    await start(5)
    await conclude(store(), 'D0', { state: 'updating' })
    await hear(store(), 'D1', '3.1')
    await hear(store(), 'late')
    expect(sumOf(await store().tallies(1))).toEqual((await store().counts([1])).get(1))
  })

  it('go on with what is decided, and one decides at a time', async () => {
    await start(1)
    const approve = (name: string) =>
      store().changeRollout(1, ({ progress }) => ({ ...progress, approvals: [...progress.approvals, name] }))
    await Promise.all(['a', 'b', 'c', 'd'].map(approve))
    const pause = { at: 5, by: 'operator', reason: 'lunch' } as const
    const paused = await store().changeRollout(1, ({ progress }) => ({ ...progress, phase: 1, paused: pause }))
    expect(paused?.progress).toMatchObject({ phase: 1, paused: pause })
    expect((await store().rollout(1))?.progress.approvals.toSorted()).toEqual(['a', 'b', 'c', 'd'])
    expect(await store().changeRollout(1, () => undefined)).toEqual(paused)
    expect(await store().changeRollout(9, () => begun)).toBeUndefined()
    const failing = store().changeRollout(1, () => {
      throw new Error('refused')
    })
    await expect(failing).rejects.toThrow('refused')
    expect(await store().rollout(1)).toEqual(paused)
  })

  it('with a speed count the places that are given, each once', async () => {
    const { rollout } = (await start(6, { plan: { ...plan, speed: { atOnce: 2, perMinute: null } } })) ?? {}
    const id = rollout?.rollout ?? 0
    const offer = (serial: string, at = 1000) => {
      const s = sight(serial, '3.0', at)
      return store().observe(s, null, ({ orders: [order], attempts: [before] }) => {
        const pace = order?.pace ?? { seq: -1, minute: 0, offers: 0, underWay: 9 }
        const free = before === undefined && pace.underWay < 2
        return {
          attempts: free ? [attempt(s.id, { at })] : [],
          reports: [],
          ...(free && { place: { rollout: id, seq: pace.seq, minute: 7 } }),
        }
      })
    }
    await Promise.all(['D0', 'D1', 'D2', 'D3', 'D4', 'D5'].map((serial) => offer(serial)))
    const underWay = await Promise.all(['D0', 'D1', 'D2', 'D3', 'D4', 'D5'].map((each) => seenOf(each)))
    expect(underWay.filter((known) => known?.attempts.length === 1)).toHaveLength(2)
    expect(underWay[0]?.orders[0]?.pace).toEqual({ seq: 2, minute: 7, offers: 2, underWay: 2 })
    expect((await seenOf('D0', 3_601_000))?.orders[0]?.pace?.underWay).toBe(0)
    expect((await store().members(1, 1, undefined, 1000))[0]?.known.orders[0]?.pace?.underWay).toBe(2)
    expect((await store().known(sight('D0', '3.0', 0).id))?.orders[0]?.pace).toBeNull()
    await offer('new one', 3_700_000)
    expect((await seenOf('new one', 3_700_000))?.orders[0]?.pace).toMatchObject({ seq: 3, underWay: 1 })
  })

  it('are foretold as they would be, and nothing is started', async () => {
    await start(0)
    await abort(store(), 1)
    for (let n = 0; n < 6; n++) await hear(store(), `D${n}`)
    await hear(store(), 'other hardware', '3.0', 0, { hardware: 'x' })
    await hear(store(), 'there already', '3.1')
    await conclude(store(), 'failed', { state: 'failed' })
    await conclude(store(), 'went back', { state: 'rolled_back' })
    await conclude(store(), 'may try', { state: 'failed', retry: true })
    const order = {
      package: { ...kept('p', '3.1'), hardware: ['gw-mk2'] },
      to: { product },
      createdAt: 7,
      startAt: null,
      plan,
    }
    const found = (await store().forecast(order)) ?? []
    const by = (code: string) => found.filter((f) => f.code === code).reduce((sum, f) => sum + f.devices, 0)
    const codes = ['offer', 'hardware_unsupported', 'up_to_date', 'failed_before', 'rolled_back_before'] as const
    expect(codes.map(by)).toEqual([7, 1, 1, 1, 1])
    // Ten of eleven are members: two, five, and three.
    const sized = (phase: number) =>
      found.filter((f) => f.phase === phase && f.code !== 'hardware_unsupported').reduce((sum, f) => sum + f.devices, 0)
    expect([0, 1, 2].map(sized)).toEqual([2, 5, 3])
    expect(await store().rollouts()).toHaveLength(1)
    expect(await store().forecast({ ...order, to: { devices: [uidOf('nobody')] } })).toBeUndefined()
    const named = {
      ...order,
      to: { devices: [await hear(store(), 'foreign', '3.0', 0, { productUid: 'f'.repeat(64) })] },
    }
    expect(await store().forecast(named)).toMatchObject([{ code: 'product_mismatch', devices: 1 }])
    // Nor is a number gone.
    expect((await store().addRollout(order))?.rollout.rollout).toBe(2)
  })

  it('remember what the devices ran that took it up', async () => {
    await start(1)
    await conclude(store(), 'a', { state: 'updated', from: '3.0' })
    await conclude(store(), 'b', { state: 'updating', from: '2.9' })
    await conclude(store(), 'c', { state: 'updated', from: null })
    await conclude(store(), 'd', { state: 'offered', from: '3.0' })
    await conclude(store(), 'e', { state: 'updated', from: '3.0' })
    const id = (name: string) => sight(name, '3.0', 0).id
    const before = await store().ranBefore(1)
    expect(before).toHaveLength(3)
    expect(before).toContainEqual({ version: '3.0', devices: [id('a'), id('e')].sort() })
    expect(before).toContainEqual({ version: '2.9', devices: [id('b')] })
    expect(before).toContainEqual({ version: null, devices: [id('c')] })
    expect(await store().ranBefore(9)).toEqual([])
  })

  it('find who is in trouble, once each, on the side where the trouble came', async () => {
    await start(3)
    const tell = (name: string, over: Partial<ReportEntry>, at = 2000) => {
      const s = sight(name, '3.0', at)
      return store().observe(s, null, () => ({ attempts: [], reports: [report({ at, ...over })] }))
    }
    const restarted = { status: 'restarted', package: '' }
    await tell('D0', restarted)
    const { upTo: from } = await store().troubles(1, null, null)
    expect(from).toBe(1)
    await conclude(store(), 'new', { state: 'updated', at: 2500 })
    await conclude(store(), 'bad', { state: 'failed', at: 1500 })
    await tell('D0', restarted)
    await tell('D1', { status: 'error' })
    await tell('D2', { status: 'error', package: uidOf('q') })
    await tell('D2', restarted)
    await tell('new', restarted, 3000)
    await tell('bad', restarted)
    await tell('foreign', restarted)
    await hear(store(), 'foreign', '3.0', 3000, { productUid: 'f'.repeat(64) })
    const first = await store().troubles(1, from, from)
    expect(first).toEqual({ upTo: 8, updated: 1, others: 2 })
    await tell('D0', restarted)
    await tell('D1', restarted)
    expect(await store().troubles(1, from, first.upTo)).toEqual({ upTo: 10, updated: 0, others: 1 })
    expect(await store().troubles(9, from, from)).toEqual({ upTo: 10, updated: 0, others: 0 })
  })

  it('start once for each key', async () => {
    const once = { key: 'k', asked: 'x' }
    const [first, second] = await Promise.all([start(1, { once }), start(0, { once })])
    expect(first?.fresh).toBe(!second?.fresh)
    expect(first?.rollout).toEqual(second?.rollout)
    expect(first?.rollout.asked).toBe('x')
    expect(await store().rollouts()).toHaveLength(1)
    const other = await start(0, { once: { ...once, key: 'l' } })
    // An order that is repeated takes no number.
    expect([other?.fresh, other?.rollout.rollout]).toEqual([true, (first?.rollout.rollout ?? 0) + 1])
  })
}

function lists(store: () => Store): void {
  it('lists devices by id, in pieces', async () => {
    const ids = (await Promise.all(['a', 'b', 'c'].map((name) => hear(store(), name)))).sort()
    const first = await store().devices({ limit: 2 })
    expect(first.map((d) => d.id)).toEqual(ids.slice(0, 2))
    expect((await store().devices({ limit: 2, after: ids[1] })).map((d) => d.id)).toEqual(ids.slice(2))
  })

  it('finds devices by a piece of what is known of them, and takes no character for a pattern', async () => {
    await hear(store(), 'A1', '3.0')
    await hear(store(), 'B_100%', '4.2')
    const found = async (search: string) =>
      (await store().devices({ search, limit: 9 })).map((d) => d.identity['serial'])
    expect(await found('4.2')).toEqual(['B_100%'])
    expect(await found('_100%')).toEqual(['B_100%'])
    expect(await found('b_')).toEqual(['B_100%'])
    expect(await found('a1')).toContain('A1')
    expect(await found('%')).toEqual([])
    expect(await found('00%')).toEqual(['B_100%'])
    expect(await found('\\')).toEqual([])
    expect((await store().devices({ search: facts('A1', '3.0').hardware, limit: 9 })).length).toBe(2)
  })

  it('lists only devices of the products that one may see', async () => {
    await hear(store(), 'A1', '3.0')
    const listed = async (products: string[]) =>
      (await store().devices({ limit: 9, within: [{ products, groups: [] }] })).length
    expect([await listed([product]), await listed(['another']), await listed([])]).toEqual([1, 0, 0])
  })

  it('answers a ping', async () => {
    await expect(store().ping()).resolves.toBeUndefined()
  })
}
