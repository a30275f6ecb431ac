import type { ComponentUpdate } from '@windlass/model/unit'
import { createLog } from '@windlass/platform'
import { openDatabase } from '@windlass/platform/database'
import { FakeClock } from '@windlass/platform/fakes'
import { describe, expect, it } from 'vitest'
import { bindingRefusal } from '../admission.ts'
import { FakeManager } from './fake-manager.ts'
import { ManagerLinks } from './manager-links.ts'
import { MissingManagers } from './missing-managers.ts'
import { UnitFirmware } from './unit-firmware.ts'
import { UpdateRecord } from './update-record.ts'

const log = createLog([], () => 0)
const never = new AbortController().signal
const turn = () => new Promise((resolve) => setImmediate(resolve))
const settled = async () => {
  for (let n = 0; n < 5; n++) await turn()
}

function update(componentId: string, version = '2.0.0'): ComponentUpdate {
  const componentType = componentId.split('_')[0] ?? componentId
  return { componentId, componentType, version, annotations: '', url: 'file:///x', sha3: new Uint8Array(32), size: 1 }
}

/** A unit's firmware with update managers that can be led by the hand. */
function bench(nodes: readonly string[] = ['um1', 'um2', 'um5', 'um6']) {
  const clock = new FakeClock()
  const db = openDatabase(':memory:')
  const diary: string[] = []
  const start = () => {
    const admission = {
      expects: (nodeId: string) => nodes.includes(nodeId),
      refuses: (peerName: string | undefined, nodeId: string) =>
        bindingRefusal(peerName, nodeId, (name) => nodes.includes(name)),
    }
    const links = new ManagerLinks(admission, log)
    const firmware = new UnitFirmware({ links, record: new UpdateRecord(db), clock, log })
    const connect = async (manager: FakeManager, peerName?: string) => {
      const attended = links.attend(manager.dial(peerName))
      await settled()
      return attended
    }
    return { links, firmware, connect }
  }
  const um = (nodeId: string, installed: Record<string, string>) => new FakeManager(nodeId, installed, diary)
  return { clock, diary, start, um, ...start() }
}

const listed = (firmware: UnitFirmware) =>
  firmware.components().map(({ componentId, version, state }) => `${componentId} ${version} ${state}`)

describe('the unit and its update managers', () => {
  it('U1 a node that nobody knows is sent away', async () => {
    const { links, firmware, um } = bench()
    const stranger = um('stranger', {})
    const far = stranger.dial()
    await links.attend(far)
    expect(firmware.managers()).toEqual([])
  })

  it('U1 a certificate of another node is sent away (W22)', async () => {
    const { connect, firmware, um } = bench()
    void connect(um('um1', {}), 'um2')
    await settled()
    expect(firmware.managers()).toEqual([])
    void connect(um('um1', {}), 'um1')
    void connect(um('um2', {}), 'unit-77')
    await settled()
    expect(firmware.managers().map(({ nodeId }) => nodeId)).toEqual(['um1', 'um2'])
  })

  it('U2 a second stream of a node takes the place of the first', async () => {
    const { links, firmware, um } = bench()
    const first = um('um1', { rootfs_1: '1.0.0' })
    const firstEnd = links.attend(first.dial())
    await settled()
    void links.attend(um('um1', { rootfs_1: '1.5.0' }).dial())
    await firstEnd
    expect(listed(firmware)).toEqual(['rootfs_1 1.5.0 installed'])
    expect(firmware.managers()).toMatchObject([{ connected: true }])
  })

  it('U3 a new manager is told of while nothing is updated', async () => {
    const { connect, firmware, um } = bench()
    let changes = 0
    firmware.watch(() => changes++)
    void connect(um('um1', { rootfs_1: '1.0.0' }))
    await settled()
    expect(changes).toBe(1)
    expect(firmware.components()).toEqual([
      { nodeId: 'um1', componentId: 'rootfs_1', componentType: 'rootfs', version: '1.0.0', state: 'installed' },
    ])
  })

  it('U4 each phase goes from manager to manager, and all of one phase before the next', async () => {
    const { connect, firmware, um, diary } = bench()
    const um1 = um('um1', { c1_1: '1.0.0', c2_1: '1.0.0' })
    const um2 = um('um2', { c1_2: '1.0.0', c2_2: '1.0.0' })
    void connect(um2)
    void connect(um1)
    await settled()
    const updates = new Map([
      ['um2', [update('c1_2'), update('c2_2')]],
      ['um1', [update('c2_1')]],
    ])
    await firmware.prepare(updates, never)
    expect(um2.lastCall).toMatchObject({ kind: 'prepare', components: [{ componentId: 'c1_2' }, {}] })
    await firmware.start(never)
    await firmware.apply(never)
    expect(diary).toEqual(['prepare um1', 'prepare um2', 'start um1', 'start um2', 'apply um1', 'apply um2'])
    expect(listed(firmware)).toEqual([
      'c1_1 1.0.0 installed',
      'c2_1 2.0.0 installed',
      'c1_2 2.0.0 installed',
      'c2_2 2.0.0 installed',
    ])
  })

  it('U5 higher priorities go first in every phase', async () => {
    const { connect, firmware, um, diary } = bench()
    const [um1, um2] = [um('um1', { c_1: '1.0.0' }), um('um2', { c_2: '1.0.0' })]
    um2.priority = 10
    void connect(um1)
    void connect(um2)
    await settled()
    await firmware.prepare(both(), never)
    await firmware.start(never)
    await firmware.apply(never)
    expect(diary).toEqual(['prepare um2', 'prepare um1', 'start um2', 'start um1', 'apply um2', 'apply um1'])
  })

  it.each([
    ['U6', 'prepare'],
    ['U7', 'start'],
  ] as const)('%s a manager that fails to %s leads all of them back', async (_, kind) => {
    const { connect, firmware, um, diary } = bench()
    const [um1, um2] = [um('um1', { c_1: '1.0.0' }), um('um2', { c_2: '1.0.0' })]
    um2.answers[kind] = 'fail'
    void connect(um1)
    void connect(um2)
    await settled()
    const run = async () => {
      await firmware.prepare(both(), never)
      await firmware.start(never)
    }
    await expect(run()).rejects.toMatchObject({
      code: 'component_failed',
      message: `node um2: component c_2 2.0.0: ${kind} broke`,
    })
    await firmware.revert(never)
    expect(diary.slice(-2)).toEqual(['revert um1', 'revert um2'])
    expect(diary.some((line) => line.startsWith('apply'))).toBe(false)
    expect(listed(firmware)).toEqual(['c_1 1.0.0 installed', 'c_2 1.0.0 installed', 'c_2 2.0.0 error'])
  })

  it('U8 managers that reboot after start and come back updated are not started again', async () => {
    const { connect, firmware, um, diary } = bench()
    const [um1, um2] = [um('um1', { c_1: '1.0.0' }), um('um2', { c_2: '1.0.0' })]
    um1.answers.start = 'reboot'
    um2.answers.start = 'reboot'
    void connect(um1)
    void connect(um2)
    await settled()
    await firmware.prepare(both(), never)
    const started = firmware.start(never)
    await settled()
    void connect(um1)
    await settled()
    void connect(um2)
    await started
    await firmware.apply(never)
    expect(diary).toEqual(['prepare um1', 'prepare um2', 'start um1', 'start um2', 'apply um1', 'apply um2'])
  })

  it('U8 a manager that comes back prepared after its reboot is started again', async () => {
    const { connect, firmware, um, diary } = bench()
    const um1 = um('um1', { c_1: '1.0.0' })
    um1.answers.start = 'say nothing'
    void connect(um1)
    await settled()
    await firmware.prepare(new Map([['um1', [update('c_1')]]]), never)
    const started = firmware.start(never)
    await settled()
    um1.cut()
    delete um1.answers.start
    await settled()
    void connect(um1)
    await started
    expect(diary).toEqual(['prepare um1', 'start um1', 'start um1'])
  })

  it('U9 a unit that restarts between two managers goes on where they stand', async () => {
    const { connect, firmware, start, um, diary } = bench()
    const [um5, um6] = [um('um5', { c_5: '1.0.0' }), um('um6', { c_6: '1.0.0' })]
    um6.answers.start = 'say nothing'
    void connect(um5)
    void connect(um6)
    await settled()
    const updates = new Map([
      ['um5', [update('c_5')]],
      ['um6', [update('c_6')]],
    ])
    await firmware.prepare(updates, never)
    const killed = new AbortController()
    const first = firmware.start(killed.signal)
    await settled()
    killed.abort(new Error('killed'))
    await expect(first).rejects.toThrow('killed')
    expect([um5.state, um6.state]).toEqual(['updated', 'prepared'])
    diary.length = 0

    delete um6.answers.start
    const restarted = start()
    const again = restarted.firmware.start(never)
    void restarted.connect(um5)
    void restarted.connect(um6)
    await again
    await restarted.firmware.apply(never)
    expect(diary).toEqual(['start um6', 'apply um5', 'apply um6'])
  })

  it('U10 a manager that reboots while it applies and comes back idle has applied', async () => {
    const { connect, firmware, um, diary } = bench()
    const um1 = um('um1', { c_1: '1.0.0' })
    um1.answers.apply = 'reboot'
    void connect(um1)
    await settled()
    await firmware.prepare(new Map([['um1', [update('c_1')]]]), never)
    await firmware.start(never)
    const applied = firmware.apply(never)
    await settled()
    void connect(um1)
    await applied
    expect(diary).toEqual(['prepare um1', 'start um1', 'apply um1'])
    expect(listed(firmware)).toEqual(['c_1 2.0.0 installed'])
  })

  it('U10 a manager that comes back idle without the new version has not', async () => {
    const { connect, firmware, um } = bench()
    const um1 = um('um1', { c_1: '1.0.0' })
    um1.answers.apply = 'say nothing'
    void connect(um1)
    await settled()
    await firmware.prepare(new Map([['um1', [update('c_1')]]]), never)
    await firmware.start(never)
    const applied = firmware.apply(never)
    applied.catch(() => {})
    await settled()
    um1.say('idle')
    await expect(applied).rejects.toMatchObject({ code: 'component_failed' })
  })

  it.each(['failed', 'prepared', 'updated'] as const)(
    'U11 a manager that registers %s, of which nothing is known, is led back',
    async (state) => {
      const { connect, um, diary } = bench()
      const um1 = um('um1', { c_1: '1.0.0' })
      um1.state = state
      void connect(um1)
      await settled()
      expect(diary).toEqual(['revert um1'])
      expect(um1.state).toBe('idle')
    },
  )

  it('U11 so is one that takes no part in the update that runs', async () => {
    const { connect, firmware, um, diary } = bench()
    const [um1, um2] = [um('um1', { c_1: '1.0.0' }), um('um2', { c_2: '1.0.0' })]
    void connect(um1)
    await settled()
    await firmware.prepare(new Map([['um1', [update('c_1')]]]), never)
    um2.state = 'updated'
    void connect(um2)
    await settled()
    expect(diary).toEqual(['prepare um1', 'revert um2'])
  })

  it('U11 what an earlier update left behind is led back before the next is prepared', async () => {
    const { connect, firmware, start, um, diary } = bench()
    const um1 = um('um1', { c_1: '1.0.0' })
    void connect(um1)
    await settled()
    await firmware.prepare(new Map([['um1', [update('c_1', '2.0.0')]]]), never)
    const restarted = start()
    void restarted.connect(um1)
    await settled()
    await restarted.firmware.prepare(new Map([['um1', [update('c_1', '3.0.0')]]]), never)
    expect(diary).toEqual(['prepare um1', 'revert um1', 'prepare um1'])
  })

  it('U12 managers that stay away for 10 minutes are missing, until they connect', async () => {
    const { clock, links, connect, um } = bench()
    const missing = new MissingManagers({ links, clock, log }, () => ['um1', 'um2'])
    void connect(um('um1', {}))
    await clock.advance(599_999)
    expect(missing.list()).toEqual([])
    await clock.advance(1)
    expect(missing.list()).toEqual(['um2'])
    void connect(um('um2', {}))
    await settled()
    expect(missing.list()).toEqual([])
  })

  it('U12 who is missing stands in the log, and that all are there again', async () => {
    const lines: string[] = []
    const said = createLog([({ text, fields }) => lines.push(`${text} ${JSON.stringify(fields)}`)], () => 0)
    const { clock, links, connect, um } = bench()
    const stop = new AbortController()
    const told = new MissingManagers({ links, clock, log: said }, () => ['um1', 'um2']).tell(stop.signal)
    await clock.advance(900_000)
    void connect(um('um1', {}))
    void connect(um('um2', {}))
    await clock.advance(120_000)
    stop.abort()
    await told
    expect(lines.filter((line) => line.includes('managers'))).toEqual([
      'update managers are missing {"nodes":"um1, um2"}',
      'all update managers are there {}',
    ])
  })

  it('U12 a phase that needs a manager waits 10 minutes for it, then fails; asked again, it recovers', async () => {
    const { clock, firmware, connect, um } = bench()
    const prepared = firmware.prepare(new Map([['um1', [update('c_1')]]]), never)
    prepared.catch(() => {})
    await clock.advance(600_000)
    await expect(prepared).rejects.toMatchObject({
      code: 'node_away',
      message: 'node um1: its update manager does not connect',
    })
    void connect(um('um1', { c_1: '1.0.0' }))
    await settled()
    await firmware.prepare(new Map([['um1', [update('c_1')]]]), never)
  })

  it('W20 a manager that works for 10 minutes without a word has failed; coming back gives it new time', async () => {
    const { clock, firmware, connect, um } = bench()
    const um1 = um('um1', { c_1: '1.0.0' })
    um1.answers.prepare = 'say nothing'
    void connect(um1)
    await settled()
    const prepared = firmware.prepare(new Map([['um1', [update('c_1')]]]), never)
    prepared.catch(() => {})
    await clock.advance(500_000)
    um1.cut()
    await settled()
    void connect(um1)
    await clock.advance(500_000)
    um1.say('idle')
    expect(um1.heard).toEqual(['prepare', 'prepare'])
    await clock.advance(100_000)
    await expect(prepared).rejects.toMatchObject({
      code: 'node_away',
      message: 'node um1: its update manager was told to prepare and does not answer',
    })
  })

  it('an empty update is over at once, and needs nobody', async () => {
    const { firmware, diary } = bench()
    await firmware.prepare(new Map(), never)
    await firmware.start(never)
    await firmware.apply(never)
    await firmware.revert(never)
    expect(diary).toEqual([])
  })

  it('a newer order interrupts at once, and what is under way is waited for before it is led back', async () => {
    const { firmware, connect, um, diary } = bench()
    const um1 = um('um1', { c_1: '1.0.0' })
    um1.answers.prepare = 'say nothing'
    void connect(um1)
    await settled()
    const stop = new AbortController()
    const prepared = firmware.prepare(new Map([['um1', [update('c_1')]]]), stop.signal)
    await settled()
    stop.abort(new Error('newer'))
    await expect(prepared).rejects.toThrow('newer')
    const reverted = firmware.revert(never)
    await settled()
    expect(diary).toEqual(['prepare um1'])
    um1.say('prepared')
    await reverted
    expect(diary).toEqual(['prepare um1', 'revert um1'])
  })

  it('a node that lost its update manager is forgotten', async () => {
    const nodes = ['um1']
    const { links, connect, um } = bench(nodes)
    const attended = connect(um('um1', {}))
    await settled()
    nodes.length = 0
    links.prune()
    await attended
    expect(links.list()).toEqual([])
  })
})

function both(): Map<string, readonly ComponentUpdate[]> {
  return new Map([
    ['um1', [update('c_1')]],
    ['um2', [update('c_2')]],
  ])
}
