import type { ComponentStatus, UpdateManagerStatus } from '@windlass/model/unit'
import { describe, expect, it } from 'vitest'
import type { RunRequest } from '../ports.ts'
import { FakeScene } from './fake-scene.ts'
import { sampleIdent, sampleRequest, sampleUsage } from './placement/sample-unit.ts'

const minute = 60_000
const day = 24 * 60 * minute

function scene(items: FakeScene['items'] = new Map(), nodes = ['local', 'remote']): FakeScene {
  const made = new FakeScene()
  for (const [itemId, config] of items) made.items.set(itemId, config)
  for (const nodeId of nodes) made.nodes.add(nodeId)
  return made.start()
}

const web = new Map([['web', {}]])
const version = (request: RunRequest, to: string) => ({ ...request, item: { ...request.item, version: to } })
const component = (itemId: string, numInstances: number) =>
  sampleRequest(itemId, numInstances, { item: { itemId, type: 'component', version: '1.0.0', ownerId: 'owner' } })

describe('run', () => {
  it('tells every node what to run and ends when all answered', async () => {
    const s = scene(web)
    await s.run(sampleRequest('web', 1))
    expect(s.nodes.told).toEqual(['local: +web/0', 'remote:'])
    expect(s.statuses()).toEqual(['web/0 1.0.0 local active'])
  })

  it('L10 gives every item a group and every instance a user, and keeps them', async () => {
    const s = scene(
      new Map([
        ['s1', {}],
        ['s2', {}],
        ['s3', {}],
      ]),
      ['local'],
    )
    const numbers = () =>
      s.nodes.orders.get('local')?.map(({ ident, uid, gid }) => `${ident.itemId}/${ident.index} ${uid}/${gid}`)
    const all = [
      sampleRequest('s1', 2, { priority: 100 }),
      sampleRequest('s2', 2, { priority: 50 }),
      sampleRequest('s3', 2),
    ]
    await s.run(...all)
    const given = [
      's1/0 5000/5000',
      's1/1 5001/5000',
      's2/0 5002/5001',
      's2/1 5003/5001',
      's3/0 5004/5002',
      's3/1 5005/5002',
    ]
    expect(numbers()).toEqual(given)
    await s.launcher.confirm()
    await s.run(...all.slice(1))
    await s.launcher.confirm()
    s.restart()
    s.nodes.connect('local')
    await s.run(...all)
    expect(numbers()).toEqual(given)
  })

  it('L15 a new version takes over the folder and the numbers of the old one', async () => {
    const s = scene(new Map([['web', { quotas: { storage: 100 } }]]), ['local'])
    await s.run(sampleRequest('web', 1))
    const before = s.nodes.orders.get('local')?.[0]
    await s.run(version(sampleRequest('web', 1), '2.0.0'))
    const after = s.nodes.orders.get('local')?.[0]
    expect(s.nodes.told).toEqual(['local: +web/0', 'local: +web/0 -web/0'])
    expect([after?.uid, after?.gid, after?.storagePath]).toEqual([before?.uid, before?.gid, 'web/subject/0'])
    expect(s.nodes.drawn()).toEqual({ local: ['web/0 2.0.0'] })
  })

  it('D22 a service that is not up in ten minutes failed, with its node', async () => {
    const s = scene(web)
    s.nodes.silent.add('local')
    await s.runFor(10 * minute, sampleRequest('web', 1))
    expect(s.statuses()).toEqual(['web/0 1.0.0 local failed: not active within 10 minutes'])
    s.nodes.silent.delete('local')
    await s.run(sampleRequest('web', 1))
    expect(s.statuses()).toEqual(['web/0 1.0.0 local active'])
  })

  it('D21 an instance whose item nobody brought failed; the others run', async () => {
    const s = scene(web)
    const stranger = sampleRequest('stranger', 1, {
      item: { itemId: 'stranger', type: 'service', version: '', ownerId: '' },
    })
    await s.run(sampleRequest('web', 1), stranger)
    const [first, second] = s.statuses()
    expect([first, second?.startsWith('web/0 1.0.0')]).toEqual([
      expect.stringMatching(/^stranger\/0 .* failed: /),
      true,
    ])
  })

  it('what fell over is reported, and not waited for', async () => {
    const s = scene(web)
    s.nodes.outcomes.set('web', 'failed')
    await s.run(sampleRequest('web', 1))
    expect(s.statuses()).toEqual(['web/0 1.0.0 local failed: it fell over'])
  })

  it('a component may still be on its way: its node has to restart', async () => {
    const s = scene(new Map([['os', { runtimes: ['runc'] }]]), ['local'])
    s.nodes.outcomes.set('os', 'activating')
    await s.run(component('os', 1))
    expect(s.statuses()).toEqual(['os/0 1.0.0 local activating'])
    s.nodes.disconnect('local')
    await s.clock.advance(5 * minute)
    expect(s.statuses()).toEqual(['os/0 1.0.0 local activating'])
    s.nodes.connect('local')
    s.nodes.becomes('local', 'os', 'active')
    expect(s.statuses()).toEqual(['os/0 1.0.0 local active'])
  })

  it('a component stays with its node however long that is away', async () => {
    const s = scene(
      new Map([
        ['os', {}],
        ['web', {}],
      ]),
    )
    s.items.set('os', { runtimes: ['runc'] })
    await s.run(component('os', 1), sampleRequest('web', 2))
    await s.launcher.confirm()
    s.nodes.disconnect('local')
    await s.clock.advance(20 * minute)
    expect(s.statuses()).toEqual([
      'os/0 1.0.0 local activating',
      'web/0 1.0.0 remote active',
      'web/1 1.0.0 remote active',
    ])
    s.nodes.connect('local')
    await s.clock.advance(0)
    expect(s.nodes.drawn()).toEqual({ local: ['os/0 1.0.0'], remote: ['web/0 1.0.0', 'web/1 1.0.0'] })
  })

  it('is given up at once', async () => {
    const s = scene(web)
    s.nodes.silent.add('local')
    const stop = new AbortController()
    const running = s.launcher.run(await s.launcher.place([sampleRequest('web', 1)]), stop.signal)
    stop.abort(new Error('newer'))
    await expect(running).rejects.toThrow('newer')
  })

  it('W6 a node that went away is waited for one minute, then there is no room on it', async () => {
    const s = scene(web, ['local'])
    s.nodes.disconnect('local')
    await s.runFor(minute, sampleRequest('web', 1))
    expect(s.statuses()).toEqual(['web/0 1.0.0 nowhere failed: no active nodes'])
  })

  it('W11 a paused node is told to run nothing', async () => {
    const s = scene(web, ['local'])
    await s.run(sampleRequest('web', 1))
    await s.launcher.confirm()
    s.nodes.change('local', { state: 'paused' })
    await s.clock.advance(0)
    expect(s.nodes.told).toEqual(['local: +web/0', 'local: -web/0'])
  })

  it('an instance that finds its node lost meanwhile runs elsewhere', async () => {
    const s = scene(web)
    s.nodes.silent.add('local')
    const running = s.run(sampleRequest('web', 1))
    await s.clock.advance(minute)
    s.nodes.remove('local')
    await s.clock.advance(0)
    await running
    expect(s.statuses()).toEqual(['web/0 1.0.0 remote active'])
  })
})

describe('restore', () => {
  const never = new AbortController().signal

  it('brings back what ran before', async () => {
    const s = scene(web)
    await s.run(sampleRequest('web', 2))
    await s.launcher.confirm()
    const before = s.nodes.drawn()
    await s.run(version(sampleRequest('web', 2), '2.0.0'))
    await s.run(version(sampleRequest('web', 1), '3.0.0'))
    await s.launcher.restore(never)
    expect(s.nodes.drawn()).toEqual(before)
  })

  it('brings it back after a crash, too, and only once', async () => {
    const s = scene(web, ['local'])
    await s.run(sampleRequest('web', 1))
    await s.launcher.confirm()
    await s.run(version(sampleRequest('web', 1), '2.0.0'))
    s.restart()
    s.nodes.connect('local')
    await s.clock.advance(0)
    await s.launcher.restore(never)
    expect(s.nodes.drawn()).toEqual({ local: ['web/0 1.0.0'] })
    const told = s.nodes.told.length
    await s.launcher.restore(never)
    expect(s.nodes.told).toHaveLength(told)
  })

  it('brings back what lost its node before the update began, once that is there again', async () => {
    const s = scene(web, ['local'])
    await s.run(sampleRequest('web', 1))
    await s.launcher.confirm()
    s.nodes.disconnect('local')
    await s.clock.advance(61_000)
    expect(s.statuses()).toEqual([expect.stringContaining('failed')])
    await s.run(version(sampleRequest('web', 1), '2.0.0'))
    s.nodes.connect('local')
    await s.launcher.restore(never)
    expect(s.statuses()).toEqual(['web/0 1.0.0 local active'])
  })

  it('finds other places for what ran on a node that is gone', async () => {
    const s = scene(web)
    await s.run(sampleRequest('web', 1))
    await s.launcher.confirm()
    s.items.set('new', {})
    await s.run(sampleRequest('new', 1))
    s.nodes.remove('local')
    await s.launcher.restore(never)
    expect(s.statuses()).toEqual(['web/0 1.0.0 remote active'])
  })
})

describe('between updates', () => {
  const settled = async (s: FakeScene, ...requests: RunRequest[]) => {
    await s.run(...requests)
    await s.launcher.confirm()
    s.nodes.told.length = 0
  }

  it('L14 a node that says something else is told again, until it answered', async () => {
    const s = scene(web, ['local'])
    await settled(s, sampleRequest('web', 1))
    s.nodes.says('local', [])
    await s.clock.advance(0)
    expect(s.nodes.told).toEqual(['local: +web/0'])
    s.nodes.disconnect('local')
    s.nodes.connect('local')
    await s.clock.advance(0)
    expect(s.nodes.told).toHaveLength(1)
  })

  it("what has its place by the unit's configuration keeps it while that cannot be read", async () => {
    const s = scene(web, [])
    s.nodes.add('local')
    s.nodes.add('remote', { config: { labels: ['camera'] } })
    await settled(s, sampleRequest('web', 1, { labels: ['camera'] }))
    s.nodes.isConfigBroken = true
    s.restart()
    s.nodes.connect('local')
    await s.clock.advance(day)
    s.nodes.connect('remote')
    await s.clock.advance(minute)
    expect([s.nodes.told, s.statuses()]).toEqual([[], ['web/0 1.0.0 remote active']])
  })

  it('what fails for good where it was moved goes on to another node, and to each once', async () => {
    const s = scene(web, ['local', 'remote1', 'remote2'])
    await settled(s, sampleRequest('web', 1))
    s.nodes.outcomes.set('remote1 web', 'failed')
    s.nodes.outcomes.set('remote2 web', 'failed')
    s.nodes.disconnect('local')
    await s.clock.advance(minute + 1000)
    expect(s.statuses()).toEqual(['web/0 1.0.0 remote1 failed: it fell over'])
    await s.clock.advance(2 * minute - 2000)
    expect(s.statuses()).toEqual(['web/0 1.0.0 remote1 failed: it fell over'])
    await s.clock.advance(2000)
    expect(s.statuses()).toEqual(['web/0 1.0.0 remote2 failed: it fell over'])
    s.nodes.told.length = 0
    await s.clock.advance(day)
    expect([s.nodes.told, s.statuses()]).toEqual([[], ['web/0 1.0.0 remote2 failed: it fell over']])
  })

  it('and back to its node when that returns, also after a crash in between', async () => {
    const s = scene(web)
    await settled(s, sampleRequest('web', 1))
    s.nodes.outcomes.set('remote web', 'failed')
    s.nodes.disconnect('local')
    await s.clock.advance(10 * minute)
    expect(s.statuses()).toEqual(['web/0 1.0.0 remote failed: it fell over'])
    s.restart()
    s.nodes.connect('remote')
    await s.clock.advance(20 * minute)
    s.nodes.connect('local')
    await s.clock.advance(0)
    expect(s.statuses()).toEqual(['web/0 1.0.0 local active'])
    expect(s.nodes.drawn()).toEqual({ local: ['web/0 1.0.0'] })
  })

  it('what comes up again within two minutes stays where it is', async () => {
    const s = scene(web)
    await settled(s, sampleRequest('web', 1))
    for (let minutes = 0; minutes < 10; minutes++) {
      s.nodes.becomes('local', 'web', 'failed')
      await s.clock.advance(minute)
      s.nodes.becomes('local', 'web', 'active')
      await s.clock.advance(minute)
    }
    expect(s.nodes.told).toEqual([])
  })

  it('what may not be moved, and what fails while an update is under way, stays', async () => {
    const s = scene(
      new Map([
        ['web', { balancing: 'disabled' }],
        ['new', {}],
      ] as const),
    )
    await settled(s, sampleRequest('web', 1))
    s.nodes.becomes('local', 'web', 'failed')
    await s.clock.advance(10 * minute)
    s.nodes.outcomes.set('new', 'failed')
    await s.run(sampleRequest('new', 1), sampleRequest('web', 1))
    await s.clock.advance(10 * minute)
    expect(s.nodes.told.filter((words) => words.startsWith('remote:'))).toEqual(['remote:'])
  })

  it('another desired state tries every node anew', async () => {
    const s = scene(web)
    await settled(s, sampleRequest('web', 1))
    s.nodes.outcomes.set('web', 'failed')
    s.nodes.becomes('local', 'web', 'failed')
    await s.clock.advance(10 * minute)
    expect(s.nodes.told).toEqual(['local: -web/0', 'remote: +web/0'])
    await settled(s, sampleRequest('web', 1, { priority: 7 }))
    await s.clock.advance(10 * minute)
    expect(s.nodes.told).toEqual(['local: +web/0', 'remote: -web/0'])
  })

  it('a node whose answer is wrong is not told for ever', async () => {
    const s = scene(web, ['local'])
    await settled(s, sampleRequest('web', 1))
    s.nodes.silent.add('local')
    s.nodes.says('local', [])
    await s.clock.advance(0)
    s.nodes.says('local', [])
    await s.clock.advance(0)
    expect(s.nodes.told).toHaveLength(1)
  })

  it('a node that is away shortly keeps its instances', async () => {
    const s = scene(web)
    await settled(s, sampleRequest('web', 1))
    s.nodes.disconnect('local')
    await s.clock.advance(minute - 1)
    expect(s.statuses()).toEqual(['web/0 1.0.0 local activating'])
    s.nodes.connect('local')
    await s.clock.advance(minute)
    expect(s.statuses()).toEqual(['web/0 1.0.0 local active'])
    expect(s.nodes.told).toEqual([])
  })

  it('the instances of a node that stays away go elsewhere, and not back', async () => {
    const s = scene(web)
    await settled(s, sampleRequest('web', 1))
    s.nodes.disconnect('local')
    await s.clock.advance(minute + 1)
    expect(s.statuses()).toEqual(['web/0 1.0.0 remote active'])
    s.nodes.connect('local')
    await s.clock.advance(0)
    expect(s.nodes.told).toEqual(['remote: +web/0', 'local: -web/0'])
    expect(s.nodes.drawn()).toEqual({ remote: ['web/0 1.0.0'] })
  })

  it('who found no place gets one when a node comes', async () => {
    const s = scene(new Map([['web', { requested: { cpu: 600 } }]]), ['local'])
    await settled(s, sampleRequest('web', 2))
    expect(s.statuses()).toContain('web/1 1.0.0 nowhere failed: no runtimes with requested CPU')
    s.nodes.add('remote')
    await s.clock.advance(0)
    expect(s.statuses()).toEqual(['web/0 1.0.0 local active', 'web/1 1.0.0 remote active'])
  })

  it('L8 a quota alert moves instances away from nodes that are overloaded', async () => {
    const quotas = { quotas: { cpuDmips: 1000 } }
    const s = scene(
      new Map([
        ['s1', quotas],
        ['s2', quotas],
        ['s3', quotas],
      ]),
      [],
    )
    const rule = { minTimeoutMs: 0, minThreshold: 75, maxThreshold: 85 }
    const config = (priority: number) => ({ config: { priority, alertRules: { cpu: rule, partitions: [] } } })
    s.nodes.add('local', config(100))
    s.nodes.add('remote1', { ...config(50), maxDmips: 500 })
    await settled(
      s,
      sampleRequest('s1', 1, { priority: 100 }),
      sampleRequest('s2', 1, { priority: 50 }),
      sampleRequest('s3', 1, { priority: 50 }),
    )
    expect(s.nodes.drawn()).toEqual({ local: ['s1/0 1.0.0', 's2/0 1.0.0'], remote1: ['s3/0 1.0.0'] })
    s.nodes.change('remote1', { maxDmips: 1000 })
    s.nodes.add('remote2', config(50))
    const use = (cpu: number, ...items: string[]) => ({
      node: sampleUsage(cpu * items.length),
      instances: items.map((item) => ({ ident: sampleIdent(item), runtimeId: '', usage: sampleUsage(cpu) })),
    })
    s.nodes.averages.set('local', use(500, 's1', 's2')).set('remote1', use(900, 's3'))
    const alert = { kind: 'system_quota', timeMs: 0, parameter: 'cpu', value: 1000, status: 'raise' } as const
    s.nodes.tell({ kind: 'fact', nodeId: 'local', fact: { kind: 'alert', alert } })
    await s.clock.advance(10_000)
    expect(s.nodes.drawn()).toEqual({ local: ['s1/0 1.0.0'], remote1: ['s2/0 1.0.0'], remote2: ['s3/0 1.0.0'] })
  })

  it('L16 an instance stops with its subject, without a status, and comes back with it', async () => {
    const s = scene(web, ['local'])
    const subject = { subjectId: 'driver', type: 'user', isReportedFromUnit: true } as const
    s.launcher.setSubjects(['driver'])
    await settled(s, sampleRequest('web', 1, { subject }))
    const before = s.nodes.orders.get('local')
    s.launcher.setSubjects([])
    await s.clock.advance(0)
    expect([s.nodes.told.at(-1), s.statuses()]).toEqual(['local: -web/0', []])
    await s.clock.advance(31 * day)
    s.launcher.setSubjects(['driver'])
    await s.clock.advance(0)
    expect(s.nodes.orders.get('local')).toEqual(before)
    expect(s.statuses()).toEqual(['web/0 1.0.0 local active'])
    const told = s.nodes.told.length
    s.restart()
    s.nodes.connect('local')
    await s.clock.advance(minute)
    expect(s.nodes.told).toHaveLength(told)
  })

  it('L17 an override starts the instance again, and ends with its time', async () => {
    const s = scene(web, ['local'])
    await settled(s, sampleRequest('web', 2))
    const envOf = () => s.nodes.orders.get('local')?.map(({ envVars }) => envVars)
    const statuses = s.launcher.overrideEnvVars([
      {
        filter: { itemId: 'web', index: 1 },
        variables: [
          { name: 'LEVEL', value: 'debug', ttlMs: s.clock.now() + 10 * minute },
          { name: 'OLD', value: 'x', ttlMs: s.clock.now() - 1 },
        ],
      },
    ])
    expect(statuses).toEqual([{ ident: { itemId: 'web', subjectId: 'subject', index: 1 }, name: 'LEVEL' }])
    await s.clock.advance(0)
    expect(s.nodes.told).toEqual(['local: +web/0 +web/1 -web/1'])
    expect(envOf()).toEqual([[], [{ name: 'LEVEL', value: 'debug' }]])
    s.restart()
    s.nodes.connect('local')
    await s.clock.advance(11 * minute)
    expect(s.nodes.told).toEqual(['local: +web/0 +web/1 -web/1', 'local: +web/0 +web/1 -web/1'])
    expect(envOf()).toEqual([[], []])
  })

  it('L18 after a start an instance is on its way until its node had its time to connect', async () => {
    const s = scene(web, ['local'])
    await settled(s, sampleRequest('web', 1))
    s.restart()
    expect(s.statuses()).toEqual(['web/0 1.0.0 local activating'])
    await s.clock.advance(10 * minute + 1)
    expect(s.statuses()).toEqual(['web/0 1.0.0 nowhere failed: no active nodes'])
    s.nodes.connect('local')
    await s.clock.advance(0)
    expect(s.statuses()).toEqual(['web/0 1.0.0 local active'])
    expect(s.nodes.told).toEqual([])
  })

  it('L18 nodes that nobody told of yet do not lose their instances either', async () => {
    const s = scene(web)
    await settled(s, sampleRequest('web', 1))
    s.die()
    s.nodes.remove('local')
    s.restart()
    s.nodes.connect('remote')
    await s.clock.advance(minute)
    expect(s.statuses()).toEqual(['web/0 1.0.0 local activating'])
    expect(s.nodes.told).toEqual([])
  })

  it('an instance whose item is not here any more stays where it runs', async () => {
    const s = scene(web)
    await settled(s, sampleRequest('web', 1))
    s.items.delete('web')
    s.restart()
    s.nodes.connect('local')
    s.nodes.connect('remote')
    await s.clock.advance(minute)
    expect([s.statuses(), s.nodes.told]).toEqual([['web/0 1.0.0 local active'], []])
    s.nodes.remove('local')
    await s.clock.advance(minute)
    expect(s.statuses()).toEqual(['web/0 1.0.0 nowhere failed: item web 1.0.0 is not here'])
  })

  it('and goes on there when its node was away for long', async () => {
    const s = scene(web)
    await settled(s, sampleRequest('web', 1))
    s.items.delete('web')
    s.nodes.disconnect('local')
    await s.clock.advance(10 * minute)
    s.nodes.connect('local')
    await s.clock.advance(minute)
    expect([s.statuses(), s.nodes.told]).toEqual([['web/0 1.0.0 local active'], []])
  })

  it('L19 what an instance kept outlives it for thirty days', async () => {
    const s = scene(new Map([['web', { quotas: { storage: 100 } }]]), ['local'])
    await settled(s, sampleRequest('web', 1))
    await settled(s)
    s.clock.jump(3650 * day)
    await s.clock.advance(29 * day)
    expect(s.folders).toEqual(['made web/subject/0 100 5000'])
    s.clock.jump(-7300 * day)
    await s.clock.advance(2 * day)
    expect(s.folders.at(-1)).toBe('removed web/subject/0')
  })

  it('tells watchers what changed, and only that', async () => {
    const s = scene(
      new Map([
        ['web', {}],
        ['db', {}],
      ]),
      ['local'],
    )
    await settled(s, sampleRequest('web', 1), sampleRequest('db', 1))
    const seen: string[] = []
    s.launcher.watch((changed) => seen.push(...changed.map(({ ident, state }) => `${ident.itemId} ${state}`)))
    s.nodes.becomes('local', 'web', 'failed')
    expect(seen).toEqual(['web failed'])
  })

  it('a unit that never ran anything tells nobody anything', async () => {
    const s = scene()
    await s.clock.advance(minute)
    expect(s.nodes.told).toEqual([])
  })
})

describe('components of update managers', () => {
  const manager = (state: UpdateManagerStatus['state']) => ({
    nodeId: 'local',
    priority: 0,
    state,
    components: [],
    connected: true,
  })
  const status = (to: string, state: ComponentStatus['state']) => ({
    nodeId: 'local',
    componentId: 'boot-1',
    componentType: 'boot',
    version: to,
    state,
  })

  it('are instances: shipped ones, and those that are on their way', async () => {
    const s = scene(new Map([['loader', { runtimes: ['boot'] }]]), ['local'])
    s.managers = [manager('idle')]
    s.components = [status('0.9.0', 'installed')]
    expect(s.statuses()).toEqual(['boot/0 0.9.0 local active'])

    const placement = await s.launcher.place([component('loader', 1)])
    expect(placement.components).toMatchObject([
      { nodeId: 'local', componentId: 'boot-1', componentType: 'boot', image: { digest: 'digest-loader-1.0.0-layer' } },
    ])
    await s.run(component('loader', 1))
    expect(s.statuses()).toEqual(['loader/0 1.0.0 local activating'])
    s.components.push(status('1.0.0', 'installing'))
    s.managers = [manager('updated')]
    expect(s.statuses()).toEqual(['loader/0 1.0.0 local active'])
    s.managers = [manager('failed')]
    s.components = [status('0.9.0', 'installed'), status('1.0.0', 'error')]
    expect(s.statuses()).toEqual(['loader/0 1.0.0 local failed: update manager failed'])
  })

  it('keep the services of their node while it restarts', async () => {
    const s = scene(web)
    s.managers = [manager('idle')]
    await s.run(sampleRequest('web', 1))
    await s.launcher.confirm()
    s.managers = [{ ...manager('prepared'), connected: false }]
    s.nodes.disconnect('local')
    await s.clock.advance(5 * minute)
    expect(s.statuses()).toEqual(['web/0 1.0.0 local activating'])
    s.managers = [manager('idle')]
    s.nodes.connect('local')
    expect(s.statuses()).toEqual(['web/0 1.0.0 local active'])
  })
})
