import { errorInfo, type InstanceStatus, type ItemStatus, type NodeStatus, type UnitStatus } from '@windlass/model/unit'
import { FakeClock } from '@windlass/platform/fakes'
import { describe, expect, it } from 'vitest'
import type { Told } from '../desired-state/given-up.ts'
import { sampleSite } from '../launcher/placement/sample-unit.ts'
import type { NodeNews } from '../ports.ts'
import { StatusReporter } from './reporter.ts'

function reporting() {
  const clock = new FakeClock()
  const sent: UnitStatus[] = []
  const state = {
    items: [] as ItemStatus[],
    instances: [] as InstanceStatus[],
    nodes: [] as NodeStatus[],
    missed: undefined as Told | undefined,
  }
  const tell: {
    items?: (items: readonly ItemStatus[]) => void
    instances?: (instances: readonly InstanceStatus[]) => void
    nodes?: (news: NodeNews) => void
  } = {}
  const reporter = new StatusReporter({
    clock,
    delayMs: 10_000,
    send: (fact) => fact.kind === 'unit_status' && sent.push(fact.status),
    sources: {
      images: { statuses: () => state.items, watch: (on) => ((tell.items = on), () => {}) },
      launcher: { statuses: () => state.instances, watch: (on) => ((tell.instances = on), () => {}) },
      nodes: {
        list: () => state.nodes,
        config: () => ({ version: '1.0.0', state: 'installed' }),
        watch: (on) => ((tell.nodes = on), () => {}),
      },
      subjects: () => ['subject'],
      missed: () => state.missed,
    },
  })
  const item = (version: string, is: ItemStatus['state'] = 'installed') => {
    const status: ItemStatus = { itemId: 'item', type: 'service', version, state: is }
    state.items = [...state.items.filter((one) => one.version !== version), status]
    tell.items?.([status])
  }
  const instance = (index: number, is: InstanceStatus['state'], preinstalled = false) => {
    const ident = { itemId: 'item', subjectId: 'subject', index, type: 'service' as const, preinstalled }
    const found = { nodeId: 'node', runtimeId: 'runc', manifestDigest: '', version: '1.0.0' }
    const status: InstanceStatus = { ident, ...found, state: is, envVars: [] }
    state.instances = [...state.instances.filter((one) => one.ident.index !== index), status]
    tell.instances?.([status])
  }
  const node = (nodeId: string) => {
    const { node: sample } = sampleSite(nodeId, nodeId === 'main' ? { attrs: { MainNode: '' } } : {})
    const status: NodeStatus = { ...sample, title: nodeId, state: 'provisioned', isConnected: true }
    state.nodes = [...state.nodes.filter((one) => one.nodeId !== nodeId), status]
    tell.nodes?.({ kind: 'status', node: status })
  }
  return { reporter, clock, sent, item, instance, node, state }
}

describe('a unit tells the cloud', () => {
  it('D1 everything when the link comes up', () => {
    const { reporter, sent, item } = reporting()
    item('1.0.0')
    reporter.link(true)
    expect(sent).toMatchObject([
      { isDelta: false, unitConfig: [{}], nodes: [], items: [{}], instances: [], subjects: ['subject'] },
    ])
  })

  it('D2 what changed, the newest of each, a while later', async () => {
    const { reporter, clock, sent, item, instance } = reporting()
    reporter.link(true)
    item('1.0.0', 'downloading')
    item('1.0.0', 'pending')
    instance(0, 'activating')
    instance(0, 'active')
    reporter.subjectsChanged(['other'])
    reporter.configSet('2.0.0')
    await clock.advance(10_000)
    expect(sent.slice(1)).toMatchObject([
      { isDelta: true, items: [{ state: 'pending' }], instances: [{ state: 'active' }], subjects: ['other'] },
    ])
    expect(sent[1]).not.toHaveProperty('nodes')
  })

  it('D3 changes one whole delay after the last of them', async () => {
    const { reporter, clock, sent, item } = reporting()
    reporter.link(true)
    item('1.0.0')
    await clock.advance(9_000)
    item('2.0.0')
    await clock.advance(9_000)
    expect(sent).toHaveLength(1)
    await clock.advance(1_000)
    expect(sent[1]?.items).toHaveLength(2)
  })

  it('D4 no changes from the time without a link, but everything afterwards', async () => {
    const { reporter, clock, sent, item } = reporting()
    item('1.0.0')
    await clock.advance(60_000)
    expect(sent).toEqual([])
    reporter.link(true)
    await clock.advance(60_000)
    expect(sent).toMatchObject([{ isDelta: false, items: [{ version: '1.0.0' }] }])
  })

  it('D5 preinstalled instances as items', () => {
    const { reporter, sent, instance } = reporting()
    instance(0, 'active', true)
    reporter.link(true)
    expect(sent[0]?.items).toEqual([
      { itemId: 'item', type: 'service', version: '1.0.0', state: 'installed', preinstalled: true },
    ])
  })

  it('D16 a configuration that could not be set, once, beside the one in force', () => {
    const { reporter, sent } = reporting()
    reporter.link(true)
    reporter.configSet('2.0.0', errorInfo('failed', 'node says no'))
    reporter.full()
    reporter.full()
    expect(sent[1]?.unitConfig).toMatchObject([
      { version: '1.0.0', state: 'installed' },
      { version: '2.0.0', state: 'failed' },
    ])
    expect(sent[2]?.unitConfig).toHaveLength(1)
  })

  it('items that an update brought and that were taken back, as failed', () => {
    const { reporter, sent, state } = reporting()
    const error = errorInfo('failed', 'exited with 3')
    const items = [{ itemId: 'item', type: 'service', version: '3.0.0', state: 'failed', error }] as const
    state.missed = { items, instances: [] }
    reporter.link(true)
    expect(sent[0]?.items).toEqual(items)
  })

  it('instances, a configuration, or the whole unit in their place, where no item failed', () => {
    const { reporter, sent, state } = reporting()
    const error = errorInfo('failed', 'exited with 3')
    const ident = { itemId: 'item', subjectId: 'subject', index: 4, type: 'service', preinstalled: false } as const
    const nowhere = { nodeId: '', runtimeId: '', manifestDigest: '', version: '1.0.0', state: 'failed' } as const
    const instances = [{ ident, ...nowhere, envVars: [], error }]
    state.missed = { items: [], instances, config: { version: '2.0.0', error } }
    reporter.link(true)
    expect(sent[0]).toMatchObject({ instances, unitConfig: [{}, { version: '2.0.0', state: 'failed' }] })
  })

  it('an error of the whole unit as one of its main node, in changes as well', async () => {
    const { reporter, sent, state, clock, node } = reporting()
    const error = errorInfo('failed', 'exited with 3')
    state.missed = { items: [], instances: [], error }
    node('main')
    node('other')
    reporter.link(true)
    expect(sent[0]?.nodes?.map((one) => one.error)).toEqual([error, undefined])
    node('main')
    await clock.advance(10_000)
    expect(sent[1]?.nodes?.map((one) => one.error)).toEqual([error])
  })

  it('D19 nothing of removed items', () => {
    const { reporter, sent, item } = reporting()
    item('1.0.0', 'removed')
    reporter.link(true)
    expect(sent[0]?.items).toEqual([])
  })
})
