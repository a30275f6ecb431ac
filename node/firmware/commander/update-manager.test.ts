import { createLog, type Journal } from '@windlass/platform'
import { FakeClock, FakeFiles } from '@windlass/platform/fakes'
import { describe, expect, it } from 'vitest'
import type { AgentState } from '../update/diagram.ts'
import { noOrder, type Order } from './order.ts'
import { UpdateManager } from './update-manager.ts'

const never = new AbortController().signal
const update = {
  componentId: 'rootfs_m1',
  componentType: 'rootfs',
  version: '1.1.0',
  annotations: '',
  url: 'file:///x',
  sha3: '00',
  size: 1,
}
const offer = {
  uid: 'u1',
  metadata: '',
  signature: null,
  origin: { kind: 'archive', path: '/x', payloads: {} },
} as const

/** An update manager that finds this order on disk, and its machine here. */
async function opened(order: Partial<Order> | undefined, found: AgentState, version = '1.0.0') {
  let kept = order && { ...noOrder, updates: [update], before: '1.0.0', uid: 'u1', ...order }
  const journal: Journal<Order> = {
    load: async () => kept,
    save: async (value) => {
      kept = value
    },
  }
  const orders: string[] = []
  const manager = await UpdateManager.open({
    nodeId: 'node-a',
    priority: 0,
    component: { id: 'rootfs_m1', type: 'rootfs', version },
    journal,
    clock: new FakeClock(),
    files: new FakeFiles(),
    fetcher: { package: () => Promise.reject(new Error('not asked')) },
    log: createLog([], () => 0),
  })
  const machine = {
    state: found,
    watch: () => () => {},
    order: async ({ on }: { on: string }) => {
      orders.push(on)
      return { accepted: true, at: found.at }
    },
  }
  await manager.command(machine, found)
  return { manager, orders, kept: () => kept }
}

const staged: AgentState = { at: 'staged', offer: { ...offer, again: true, metered: true }, target: 'b' }
const park: AgentState = { at: 'park' }
const failed: AgentState = {
  at: 'error',
  uid: 'u1',
  trouble: { code: 'fell_back', message: 'the boot loader went back', during: 'trying' },
}

describe('an update manager that starts again', () => {
  it.each([
    ['prepare', 'idle', park, '1.0.0', 'idle'],
    ['start', 'prepared', park, '1.0.0', 'failed'],
    ['start', 'prepared', failed, '1.0.0', 'failed'],
    ['apply', 'updated', park, '1.1.0', 'idle'],
    ['apply', 'updated', park, '1.0.0', 'idle'],
    ['revert', 'updated', park, '1.0.0', 'idle'],
    [null, 'prepared', park, '1.0.0', 'failed'],
    [null, 'updated', failed, '1.0.0', 'failed'],
    [null, 'updated', staged, '1.0.0', 'updated'],
  ] as const)('%# after %o from %s', async (doing, state, found, version, becomes) => {
    const { manager } = await opened({ doing, state }, found, version)
    expect(manager.status().state).toBe(becomes)
  })

  it('without a record of its order keeps nothing that is on trial, says that it failed, and obeys the word to take it back', async () => {
    const trial: AgentState = { at: 'trying', uid: 'u1', target: 'b', life: { boot: '1', process: '1' }, ordered: true }
    const { manager } = await opened(undefined, trial, '1.1.0')
    expect(manager.status()).toMatchObject({ state: 'failed' })
    const kept = manager.mayKeep('u1', never, () => undefined)
    manager.obey({ kind: 'revert' })
    await expect(kept).rejects.toMatchObject({ code: 'taken_back' })
    expect((await opened(undefined, park)).manager.status().state).toBe('idle')
  })

  it('says that what it was to keep did not stay', async () => {
    const { manager } = await opened({ doing: 'apply', state: 'updated' }, park, '1.0.0')
    expect(manager.status()).toMatchObject({
      error: { message: 'the new version did not stay' },
      components: [{ version: '1.0.0', state: 'installed' }],
    })
  })

  it('takes back what is still staged', async () => {
    const { orders } = await opened({ doing: 'revert', state: 'prepared' }, staged)
    expect(orders).toEqual(['abort'])
  })

  it('does not keep what the unit took back before the restart came', async () => {
    const { manager, kept } = await opened({ doing: 'revert', state: 'failed' }, park)
    expect(kept()).toMatchObject({ uid: '', takenBack: 'u1' })
    await expect(manager.mayKeep('u1', never, () => {})).rejects.toMatchObject({ code: 'taken_back' })
  })

  it('keeps what was not ordered by the unit, as a device that stands alone', async () => {
    const { manager } = await opened(noOrder, park)
    await expect(manager.mayKeep('u0', never, () => {})).resolves.toBeUndefined()
  })
})
