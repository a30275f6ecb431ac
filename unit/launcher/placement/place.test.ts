import { aosCodes, instanceKey } from '@windlass/model/unit'
import { describe, expect, it } from 'vitest'
import { UnitError } from '../../unit-error.ts'
import { itemKey, type Seat } from './input.ts'
import { place } from './place.ts'
import {
  drawn,
  type SampleNode,
  sampleDocuments,
  sampleIdent,
  sampleInput,
  sampleRequest,
  sampleRuntime,
  sampleSeat,
  sampleSite,
  sampleSites,
  sampleUsage,
  sampleVariant,
} from './sample-unit.ts'

const component = (itemId: string, numInstances: number) =>
  sampleRequest(itemId, numInstances, {
    item: { itemId, type: 'component', version: '1.0.0', ownerId: 'owner' },
  })

describe('placement', () => {
  it('L1 the highest node priority goes first, load is spread among equals', () => {
    const priority = (value: number): SampleNode => ({ config: { priority: value } })
    const sites = sampleSites({ local: priority(50), remote1: priority(100), remote2: priority(100) })
    const cpu = { requested: { cpu: 100 } }
    const documents = sampleDocuments({ s1: cpu, s2: cpu, s3: { ...cpu, runtimes: ['runx'] } })
    const requests = [
      sampleRequest('s1', 2, { priority: 100 }),
      sampleRequest('s2', 2, { priority: 50 }),
      sampleRequest('s3', 2),
    ]
    expect(drawn(place(sampleInput({ requests, sites, documents })))).toEqual({
      remote1: ['s1/0', 's2/0'],
      remote2: ['s1/1', 's2/1'],
      runx: ['s3/0', 's3/1'],
    })
  })

  it('L2 a node has to have all labels', () => {
    const sites = sampleSites({
      local: { config: { labels: ['label1'] } },
      remote1: { config: { labels: ['label2'] } },
    })
    const documents = sampleDocuments({ service1: {}, service2: {}, service3: {} })
    const requests = [
      sampleRequest('service1', 1, { labels: ['label2'] }),
      sampleRequest('service2', 1, { labels: ['label1'] }),
      sampleRequest('service3', 1, { labels: ['label3'] }),
    ]
    expect(drawn(place(sampleInput({ requests, sites, documents })))).toEqual({
      remote1: ['service1/0'],
      local: ['service2/0'],
      '!': ['service3/0 no nodes with instance labels'],
    })
  })

  it('L3 a node has to have all resources, each counted', () => {
    const has = (...names: string[]): SampleNode => ({
      resources: names.map((name) => ({ name, sharedCount: name === 'resource1' ? 2 : 0 })),
    })
    const sites = sampleSites({ local: has('resource1', 'resource3'), remote1: has('resource1', 'resource2') })
    const wants = (...names: string[]) => ({ resources: names.map((name) => ({ name, mode: 'rw' })) })
    const documents = sampleDocuments({
      s1: wants('resource1', 'resource2'),
      s2: wants('resource1'),
      s3: wants('resource3'),
    })
    const requests = [
      sampleRequest('s1', 2, { priority: 3 }),
      sampleRequest('s2', 3, { priority: 2 }),
      sampleRequest('s3', 2, { priority: 1 }),
    ]
    expect(drawn(place(sampleInput({ requests, sites, documents })))).toEqual({
      remote1: ['s1/0', 's1/1'],
      local: ['s2/0', 's2/1', 's3/0', 's3/1'],
      '!': ['s2/2 no nodes with with service resources'],
    })
  })

  it.each([
    ['L4', 'storage'],
    ['L5', 'state'],
  ] as const)('%s instances beyond the pool for %s fail', (_, pool) => {
    const documents = sampleDocuments({ s1: { requested: { [pool]: 300 } } })
    const placed = place(sampleInput({ requests: [sampleRequest('s1', 5)], documents }))
    expect(placed.assignments.map(({ ident }) => ident.index)).toEqual([0, 1, 2])
    expect(placed.failures.map(({ ident, error }) => [ident.index, error.aosCode, error.message])).toEqual([
      [3, aosCodes.noMemory, `not enough ${pool} space`],
      [4, aosCodes.noMemory, `not enough ${pool} space`],
    ])
  })

  it('storage and state share the pool when they are one partition', () => {
    const partitions = [{ name: 'data', types: ['storages', 'states'], totalSize: 1024 }]
    const sites = sampleSites({ local: { partitions } })
    const documents = sampleDocuments({ s1: { requested: { storage: 300, state: 300 } } })
    expect(drawn(place(sampleInput({ requests: [sampleRequest('s1', 2)], sites, documents })))['!']).toEqual([
      's1/1 not enough state space',
    ])
  })

  it.each([
    ['L6', 'cpu'],
    ['L7', 'ram'],
  ] as const)('%s nodes of lower priority take what does not fit by %s', (_, what) => {
    const sites = sampleSites({
      local: { config: { priority: 100 } },
      remote1: { config: { priority: 50 } },
      remote2: { config: { priority: 50 } },
    })
    const documents = sampleDocuments({ s1: { requested: { [what]: 300 } } })
    expect(drawn(place(sampleInput({ requests: [sampleRequest('s1', 5)], sites, documents })))).toEqual({
      local: ['s1/0', 's1/1', 's1/2'],
      remote1: ['s1/3'],
      remote2: ['s1/4'],
    })
  })

  describe('when nodes are overloaded', () => {
    const rule = { minTimeoutMs: 0, minThreshold: 75, maxThreshold: 85 }
    const node = (priority: number, used: Readonly<Record<string, number>>): SampleNode => ({
      config: { priority, alertRules: { cpu: rule, partitions: [] } },
      average: {
        node: sampleUsage(Object.values(used).reduce((sum, cpu) => sum + cpu, 0)),
        instances: Object.entries(used).map(([itemId, cpu]) => ({
          ident: sampleIdent(itemId),
          runtimeId: 'runc',
          usage: sampleUsage(cpu),
        })),
      },
    })
    const sites = sampleSites({
      local: node(100, { s1: 500, s2: 500 }),
      remote1: node(50, { s3: 1000 }),
      remote2: node(50, {}),
    })
    const requests = [
      sampleRequest('s1', 1, { priority: 100 }),
      sampleRequest('s2', 1, { priority: 50 }),
      sampleRequest('s3', 1, { priority: 50 }),
    ]
    const current = [sampleSeat('s1', 'local'), sampleSeat('s2', 'local'), sampleSeat('s3', 'remote1')]
    const quotas = { quotas: { cpuDmips: 1000 } }

    it('L8 lower priorities move to where there is room', () => {
      const documents = sampleDocuments({ s1: quotas, s2: quotas, s3: quotas })
      expect(drawn(place(sampleInput({ requests, sites, documents, current, rebalance: true })))).toEqual({
        local: ['s1/0'],
        remote1: ['s2/0'],
        remote2: ['s3/0'],
      })
    })

    it('L9 what is not to be balanced does not move', () => {
      const stays = { ...quotas, balancing: 'disabled' as const }
      const documents = sampleDocuments({ s1: stays, s2: stays, s3: stays })
      expect(drawn(place(sampleInput({ requests, sites, documents, current, rebalance: true })))).toEqual({
        local: ['s1/0', 's2/0'],
        remote1: ['s3/0'],
      })
    })

    it('nobody loses a place that nobody else can give', () => {
      const documents = sampleDocuments({ s1: quotas, s2: quotas, s3: quotas })
      const two = sites.filter(({ node: { nodeId } }) => nodeId !== 'remote2')
      const placed = place(sampleInput({ requests, sites: two, documents, current, rebalance: true }))
      expect(placed.failures).toEqual([])
    })
  })

  describe('when instances failed for good on nodes', () => {
    const web = sampleIdent('web')
    const failedOn = (...nodes: string[]) => new Map([[instanceKey(web), new Set(nodes)]])
    const input = {
      requests: [sampleRequest('web', 1)],
      documents: sampleDocuments({ web: {} }),
      sites: sampleSites(),
      current: [sampleSeat('web/0', 'remote1')],
    }
    const placed = (change: Parameters<typeof sampleInput>[0]) => drawn(place(sampleInput({ ...input, ...change })))

    it('they go where they did not, and stay where there is no such node', () => {
      expect(placed({ failed: failedOn('remote1') })).toEqual({ local: ['web/0'] })
      expect(placed({ failed: failedOn('remote1', 'local') })).toEqual({ remote2: ['web/0'] })
      expect(placed({ failed: failedOn('remote1', 'local', 'remote2') })).toEqual({ remote1: ['web/0'] })
      expect(placed({ failed: failedOn('local') })).toEqual({ remote1: ['web/0'] })
    })

    it('one whose node is gone goes back to one where it failed when nothing else is left', () => {
      const sites = sampleSites({ remote1: { state: 'closed' }, remote2: { state: 'closed' } })
      expect(placed({ sites, failed: failedOn('local') })).toEqual({ local: ['web/0'] })
    })

    it('one that has no place avoids them as well, its brothers do not', () => {
      const requests = [sampleRequest('web', 2)]
      const sites = sampleSites({ remote1: { state: 'closed' } })
      const failed = failedOn('local')
      expect(placed({ requests, sites, failed, current: [] })).toEqual({ remote2: ['web/0'], local: ['web/1'] })
    })

    it('labels, resources and room still count elsewhere, and what is not to be balanced stays', () => {
      const failed = failedOn('remote1')
      const sites = sampleSites({ remote1: { config: { labels: ['front'] } } })
      expect(placed({ sites, failed, requests: [sampleRequest('web', 1, { labels: ['front'] })] })).toEqual({
        remote1: ['web/0'],
      })
      expect(placed({ failed, documents: sampleDocuments({ web: { balancing: 'disabled' } }) })).toEqual({
        remote1: ['web/0'],
      })
    })
  })

  it('L11 the manifest that fits the platform is chosen', () => {
    const made = (digest: string, architecture: string) => ({
      ...sampleVariant(digest),
      platform: { architecture, os: 'linux', osFeatures: [] },
    })
    const documents = new Map([
      [itemKey('s1', '1.0.0'), { indexDigest: '', variants: [made('for-amd64', 'amd64'), made('for-arm64', 'arm64')] }],
      [itemKey('s2', '1.0.0'), { indexDigest: '', variants: [made('for-amd64', 'amd64')] }],
    ])
    const requests = [sampleRequest('s1', 1), sampleRequest('s2', 1)]
    const placed = place(sampleInput({ requests, documents }))
    expect(placed.assignments.map(({ variant }) => variant.digest)).toEqual(['for-arm64'])
    expect(drawn(placed)['!']).toEqual(['s2/0 no runtimes with requested platform'])
  })

  it('L12 a component without a number goes to every runtime that fits, and stays there', () => {
    const sites = [sampleSite('two', {}, 'rootfs'), sampleSite('one', {}, 'rootfs'), sampleSite('other')]
    const documents = sampleDocuments({ c1: { runtimes: ['rootfs'] } })
    const input = sampleInput({ requests: [component('c1', 0)], sites, documents })
    expect(drawn(place(input))).toEqual({ one: ['c1/0'], two: ['c1/1'] })

    const seat = { ...sampleSeat('c1/1', 'two', 'rootfs') }
    const current: Seat[] = [{ ...seat, ident: { ...seat.ident, type: 'component' } }]
    const more = [...sites, sampleSite('a', {}, 'rootfs')]
    expect(drawn(place({ ...input, sites: more, current }))).toEqual({ a: ['c1/0'], two: ['c1/1'], one: ['c1/2'] })
  })

  it("an update manager's component is a runtime for one", () => {
    const components = [{ componentId: 'boot-1', componentType: 'boot' }]
    const sites = [sampleSite('one', { components }), sampleSite('two', { components, state: 'closed' })]
    const documents = sampleDocuments({ c1: { runtimes: ['boot'] } })
    const placed = place(sampleInput({ requests: [component('c1', 3)], sites, documents }))
    expect(placed.assignments.map((one) => [one.nodeId, one.runtimeId, one.byUpdateManager])).toEqual([
      ['one', 'boot-1', true],
      ['two', 'boot-1', true],
    ])
    expect(drawn(placed)['!']).toEqual(['c1/2 no runtimes with requested max instances'])
  })

  it('L13 a resource with a shared count of 0 is unlimited', () => {
    const sites = [sampleSite('one', { resources: [{ name: 'gps', sharedCount: 0 }] })]
    const documents = sampleDocuments({ s1: { resources: [{ name: 'gps', mode: '' }] } })
    const placed = place(sampleInput({ requests: [sampleRequest('s1', 100)], sites, documents }))
    expect(placed.assignments).toHaveLength(100)
  })

  it('says which filter left no place', () => {
    const one = sampleSite('one', { runtimes: [sampleRuntime('one', 'runc', 1)] })
    const documents = sampleDocuments({
      ok: {},
      type: { runtimes: ['xen'] },
      cpu: { requested: { cpu: 1001 } },
      ram: { requested: { ram: 1025 } },
      slots: {},
    })
    const requests = ['ok', 'type', 'cpu', 'ram', 'slots', 'absent'].map((id, at) =>
      sampleRequest(id, 1, { priority: 9 - at }),
    )
    expect(drawn(place(sampleInput({ requests, sites: [one], documents })))['!']).toEqual([
      'type/0 no runtimes with requested runtime type',
      'cpu/0 no runtimes with requested CPU',
      'ram/0 no runtimes with requested RAM',
      'slots/0 no runtimes with requested max instances',
      'absent/0 item absent 1.0.0 is not here',
    ])
  })

  it('a pinned instance whose node is gone fails', () => {
    const documents = sampleDocuments({ s1: { balancing: 'disabled' } })
    const current = [sampleSeat('s1/0', 'gone')]
    const placed = place(sampleInput({ requests: [sampleRequest('s1', 1)], documents, current }))
    expect(drawn(placed)).toEqual({ '!': ['s1/0 no nodes with given ID'] })
  })

  it('W6 W11 nodes that are closed take nothing, held ones keep what they have', () => {
    const sites = sampleSites({
      local: { state: 'closed' },
      remote1: { state: 'held', runtimes: [] },
      remote2: { state: 'held' },
    }).slice(0, 3)
    const documents = sampleDocuments({ s1: {}, s2: {}, s3: {}, s4: {} })
    const requests = ['s1', 's2', 's3', 's4'].map((id) => sampleRequest(id, 1))
    const current = [sampleSeat('s1', 'local'), sampleSeat('s2', 'remote1'), sampleSeat('s3', 'remote2')]
    expect(drawn(place(sampleInput({ requests, sites, documents, current })))).toEqual({
      remote1: ['s2/0'],
      remote2: ['s3/0'],
      '!': ['s1/0 no active nodes', 's4/0 no active nodes'],
    })
  })

  it.each([
    ['nodes', { sites: Array.from({ length: 65 }, (_, at) => sampleSite(`n${at}`)) }],
    ['instances', { requests: [sampleRequest('s1', 1025)] }],
    ['items', { requests: Array.from({ length: 257 }, (_, at) => sampleRequest(`s${at}`, 1)) }],
  ])('more %s than a unit may have are refused', (what, input) => {
    expect(() => place(sampleInput(input))).toThrow(UnitError)
    expect(() => place(sampleInput(input))).toThrow(what)
  })
})
