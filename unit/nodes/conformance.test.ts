import type { InstanceStatus, NodeInfo, UnitConfig } from '@windlass/model/unit'
import { createLog } from '@windlass/platform'
import { FakeClock, FakeFiles } from '@windlass/platform/fakes'
import { describe, expect, it } from 'vitest'
import type { NodeNews } from '../ports.ts'
import { FakeServiceManager } from './fake-service-manager.ts'
import { UnitConfigFile } from './unit-config-file.ts'
import { UnitNodes } from './unit-nodes.ts'

type KnownNode = NodeInfo & { connected: boolean }

const log = createLog([], () => 0)
const never = new AbortController().signal
const settled = async () => {
  for (let n = 0; n < 8; n++) await new Promise((resolve) => setImmediate(resolve))
}

function known(nodeId: string, more: Partial<KnownNode> = {}): KnownNode {
  return {
    nodeId,
    nodeType: 'mainType',
    title: nodeId,
    maxDmips: 1_000,
    totalRam: 1_024,
    os: { os: 'linux', features: [] },
    cpus: [],
    partitions: [],
    attrs: { AosComponents: 'iam,sm' },
    state: 'provisioned',
    connected: true,
    ...more,
  }
}

/** A unit's nodes, with identity and service managers that can be led by the hand. */
async function bench(infos: KnownNode[] = [known('node1'), known('node2')]) {
  const clock = new FakeClock()
  const files = new FakeFiles()
  const watchers: ((node: KnownNode) => void)[] = []
  const states: string[] = []
  const identity = {
    nodeInfos: () => infos,
    watchNodes: (changed: (node: KnownNode) => void) => {
      watchers.push(changed)
      return () => {}
    },
    setNodeState: async (nodeId: string, state: string) => {
      states.push(`${nodeId} ${state}`)
    },
  }
  const path = '/var/windlass/aos_unit.cfg'
  const config = await UnitConfigFile.open(files, path)
  const nodes = new UnitNodes({ identity, config, clock, log })
  const news: NodeNews[] = []
  nodes.watch((one) => news.push(one))
  const connect = async (nodeId: string, instances: readonly InstanceStatus[] = []) => {
    const manager = new FakeServiceManager(nodeId)
    void nodes.attend(manager.dial())
    manager.greet(instances)
    await settled()
    return manager
  }
  const tell = (changed: KnownNode) => {
    infos = [...infos.filter(({ nodeId }) => nodeId !== changed.nodeId), changed]
    for (const watcher of watchers) watcher(changed)
  }
  return { clock, files, path, nodes, news, states, connect, tell }
}

function unitConfig(version: string): UnitConfig {
  return { version, formatVersion: '7', nodes: [{ nodeType: 'mainType', labels: ['front'], priority: 5 }] }
}

function running(nodeId: string, itemId: string): InstanceStatus {
  const ident = { itemId, subjectId: 's', index: 0, type: 'service' as const, preinstalled: false }
  return { ident, version: '1.0.0', nodeId, runtimeId: 'r', manifestDigest: 'd', state: 'active', envVars: [] }
}

describe('the unit and its nodes', () => {
  it('L20 a service manager describes itself, then what it runs; it hears whether the cloud is there', async () => {
    const { nodes, connect, news } = await bench()
    const manager = await connect('node1', [running('', 'item1')])
    expect(manager.heard).toEqual([{ kind: 'cloud_connection', connected: false }])
    expect(nodes.instances('node1')).toEqual([running('node1', 'item1')])
    expect(nodes.list()[0]).toMatchObject({ isConnected: true, resources: [{ name: 'camera', sharedCount: 1 }] })
    expect(news.map(({ kind }) => kind)).toEqual(['status', 'instances'])
  })

  it('L20 what comes before the description is dropped', async () => {
    const { nodes } = await bench()
    const manager = new FakeServiceManager('node1')
    void nodes.attend(manager.dial())
    manager.say({ kind: 'node_instances', instances: [running('', 'early')] })
    manager.greet()
    await settled()
    expect(nodes.instances('node1')).toEqual([])
  })

  it('L21 every node hears that the cloud comes and goes, once', async () => {
    const { nodes, connect } = await bench()
    const managers = [await connect('node1'), await connect('node2')]
    nodes.tellCloudConnection(true)
    nodes.tellCloudConnection(true)
    nodes.tellCloudConnection(false)
    await settled()
    for (const { heard } of managers)
      expect(heard.map((order) => 'connected' in order && order.connected)).toEqual([false, true, false])
  })

  it('L23 orders are sent as they come, and a node that is away is named', async () => {
    const { nodes, connect } = await bench()
    const manager = await connect('node1')
    await nodes.updateInstances('node1', [], [running('node1', 'a').ident])
    await nodes.updateInstances('node1', [], [])
    await settled()
    expect(manager.kinds.slice(1)).toEqual(['update_instances', 'update_instances'])
    await expect(nodes.updateInstances('node2', [], [])).rejects.toMatchObject({ code: 'node_away' })
  })

  it('changes of some instances are added to what the node runs', async () => {
    const { nodes, connect, news } = await bench()
    const manager = await connect('node1', [running('', 'a'), running('', 'b')])
    manager.say({ kind: 'instances_changed', instances: [{ ...running('', 'b'), state: 'failed' }] })
    await settled()
    expect(nodes.instances('node1')?.map(({ state }) => state)).toEqual(['active', 'failed'])
    expect(news.at(-1)).toMatchObject({ kind: 'instances', nodeId: 'node1', whole: false })
  })

  it('a node that went away says nothing of what it runs, until it is back', async () => {
    const { nodes, connect } = await bench()
    const manager = await connect('node1')
    manager.cut()
    await settled()
    expect(nodes.instances('node1')).toBeUndefined()
    expect(nodes.list()[0]).toMatchObject({ isConnected: false, resources: [{ name: 'camera' }] })
  })

  it('a second stream of a node takes the place of the first', async () => {
    const { nodes, connect } = await bench()
    const first = await connect('node1', [running('', 'old')])
    await connect('node1', [running('', 'new')])
    first.say({ kind: 'node_instances', instances: [] })
    await settled()
    expect(nodes.instances('node1')).toEqual([running('node1', 'new')])
  })

  it('W22 a certificate of another node may not speak for this one', async () => {
    const { nodes } = await bench()
    const manager = new FakeServiceManager('node1')
    const attended = nodes.attend(manager.dial('node2'))
    manager.greet()
    await attended
    expect(nodes.instances('node1')).toBeUndefined()
  })

  it('logs, measurements and alerts are handed on', async () => {
    const { connect, news } = await bench()
    const manager = await connect('node1')
    manager.say({ kind: 'alert', alert: { timeMs: 1, kind: 'system', message: 'oops' } })
    await settled()
    expect(news.at(-1)).toEqual({
      kind: 'fact',
      nodeId: 'node1',
      fact: { kind: 'alert', alert: { timeMs: 1, kind: 'system', message: 'oops' } },
    })
  })
})

describe('the unit configuration', () => {
  it('is checked on every node, written, and set on every node', async () => {
    const { nodes, connect, files, path } = await bench()
    const manager = await connect('node1')
    await nodes.updateConfig(unitConfig('2.0.0'), never)
    expect(manager.kinds.slice(1)).toEqual(['check_node_config', 'set_node_config'])
    const order = manager.heard.at(-1)
    expect(order && 'nodeConfig' in order && JSON.parse(order.nodeConfig)).toMatchObject({ labels: ['front'] })
    expect(nodes.config()).toEqual({ version: '2.0.0', state: 'installed' })
    expect((await files.facts(path))?.mode).toBe(0o600)
    expect((await UnitConfigFile.open(files, path)).config).toEqual(unitConfig('2.0.0'))
  })

  it('L25 an older version is refused', async () => {
    const { nodes } = await bench()
    await nodes.updateConfig(unitConfig('1.0.0'), never)
    await expect(nodes.updateConfig(unitConfig('0.9.0'), never)).rejects.toMatchObject({
      code: 'config_refused',
      message: 'wrong version: expected above 1.0.0, got 0.9.0',
    })
  })

  it('L26 the same version is in force already', async () => {
    const { nodes, connect } = await bench()
    await nodes.updateConfig(unitConfig('1.0.0'), never)
    const manager = await connect('node1')
    const heard = manager.heard.length
    await nodes.updateConfig(unitConfig('1.0.0'), never)
    expect(manager.heard).toHaveLength(heard)
  })

  it('L27 a pre-release of what is in force is older', async () => {
    const { nodes } = await bench()
    await nodes.updateConfig(unitConfig('1.0.0'), never)
    await expect(nodes.updateConfig(unitConfig('1.0.0-beta'), never)).rejects.toThrow('wrong version')
  })

  it('L28 a node that was away is told when it connects', async () => {
    const { nodes, connect } = await bench()
    await nodes.updateConfig(unitConfig('2.0.0'), never)
    const manager = await connect('node1')
    await settled()
    expect(manager.kinds).toEqual(['cloud_connection', 'get_node_config', 'set_node_config'])
    expect(manager.config.version).toBe('2.0.0')
    const again = new FakeServiceManager('node1')
    again.config = { version: '2.0.0', state: 'installed' }
    void nodes.attend(again.dial())
    again.greet()
    await settled()
    expect(again.kinds).toEqual(['cloud_connection', 'get_node_config'])
  })

  it('L29 what a node refuses is not written', async () => {
    const { nodes, connect } = await bench()
    const manager = await connect('node2')
    await connect('node1')
    manager.refusal = 'no such label'
    await expect(nodes.updateConfig(unitConfig('2.0.0'), never)).rejects.toMatchObject({
      code: 'config_refused',
      message: 'node node2: no such label',
    })
    expect(nodes.config()).toEqual({ version: '0.0.0', state: 'absent' })
    expect(manager.kinds).not.toContain('set_node_config')
  })

  it('a node that does not answer within 5 s is as one that refuses', async () => {
    const { nodes, connect, clock } = await bench()
    const manager = await connect('node1')
    manager.silent = true
    const updated = nodes.updateConfig(unitConfig('2.0.0'), never)
    updated.catch(() => {})
    await clock.advance(5_000)
    await expect(updated).rejects.toThrow('node node1 does not answer check_node_config within 5 s')
  })

  it('W12 questions of a kind are asked one after the other', async () => {
    const { nodes, connect, clock } = await bench()
    const manager = await connect('node1')
    const usage = { timeMs: 1, ram: 1, cpu: 1, partitions: [], download: 0, upload: 0 }
    const [one, two] = [nodes.averageMonitoring('node1', never), nodes.averageMonitoring('node1', never)]
    await settled()
    expect(manager.kinds.slice(1)).toEqual(['get_average_monitoring'])
    manager.say({ kind: 'average_monitoring', node: usage, instances: [] })
    await expect(one).resolves.toMatchObject({ node: { ram: 1 } })
    await settled()
    expect(manager.kinds.slice(1)).toEqual(['get_average_monitoring', 'get_average_monitoring'])
    two.catch(() => {})
    await clock.advance(5_000)
    await expect(two).rejects.toMatchObject({ code: 'node_away' })
  })

  it('a broken file is reported, and may be replaced by any version', async () => {
    const { files, path } = await bench()
    await files.replace(path, 'oops')
    const file = await UnitConfigFile.open(files, path)
    expect(file.status()).toMatchObject({ version: '0.0.0', state: 'failed' })
    expect(file.isNewer(unitConfig('0.0.1'))).toBe(true)
    expect(() => file.isNewer(unitConfig('broken-version'))).toThrow('expected a SemVer version')
  })

  it('an earlier configuration is put back, whatever its version', async () => {
    const { nodes, connect } = await bench()
    const manager = await connect('node1')
    await nodes.updateConfig(unitConfig('2.0.0'), never)
    await nodes.restoreConfig(unitConfig('1.0.0'))
    expect(nodes.currentConfig()?.version).toBe('1.0.0')
    expect(manager.config.version).toBe('1.0.0')
    await nodes.restoreConfig(undefined)
    expect(nodes.config()).toEqual({ version: '0.0.0', state: 'absent' })
  })
})

describe('what the unit knows of its nodes', () => {
  it('L30 a service manager that is missing for a minute is an error, until it comes', async () => {
    const { clock, nodes, connect, news } = await bench([known('node1')])
    await clock.advance(59_999)
    expect(nodes.list()[0]).toMatchObject({ state: 'provisioned', isConnected: false })
    await clock.advance(1)
    expect(nodes.list()[0]).toMatchObject({
      state: 'error',
      isConnected: false,
      error: { message: 'SM connection timeout' },
    })
    expect(news.at(-1)).toMatchObject({ kind: 'status', node: { state: 'error' } })
    await connect('node1')
    expect(nodes.list()[0]).toMatchObject({ state: 'provisioned', isConnected: true })
    expect(nodes.list()[0]).not.toHaveProperty('error')
  })

  it('L30 the minute begins anew when the stream is lost', async () => {
    const { clock, nodes, connect } = await bench([known('node1')])
    const manager = await connect('node1')
    await clock.advance(600_000)
    manager.cut()
    await clock.advance(59_000)
    expect(nodes.list()[0]).toMatchObject({ state: 'provisioned', isConnected: false })
    await clock.advance(1_000)
    expect(nodes.list()[0]).toMatchObject({ state: 'error' })
  })

  it('L31 a node without a service manager is there as soon as its identity says so', async () => {
    const { nodes, tell, clock } = await bench([known('node1', { attrs: { AosComponents: 'iam' }, connected: false })])
    expect(nodes.list()[0]?.isConnected).toBe(false)
    tell(known('node1', { attrs: { AosComponents: 'iam' } }))
    await clock.advance(120_000)
    expect(nodes.list()[0]).toMatchObject({ isConnected: true, state: 'provisioned' })
  })

  it('L31 so is one that is not provisioned yet', async () => {
    const { nodes } = await bench([known('node1', { state: 'unprovisioned' })])
    expect(nodes.list()[0]?.isConnected).toBe(true)
  })

  it('a node is paused and resumed once (W29)', async () => {
    const { nodes, states, tell } = await bench([known('node1')])
    await nodes.setState('node1', 'provisioned')
    await nodes.setState('node1', 'paused')
    tell(known('node1', { state: 'paused' }))
    await nodes.setState('node1', 'paused')
    expect(states).toEqual(['node1 paused'])
    expect(nodes.list()[0]?.state).toBe('paused')
  })
})

it('a node whose word could not be kept is let go, so that it comes again', async () => {
  const { nodes, connect } = await bench()
  const manager = await connect('node1')
  const unwatch = nodes.watch(() => {
    throw new Error('disk full')
  })
  manager.say({ kind: 'node_instances', instances: [] })
  await settled()
  unwatch()
  expect(manager.ended).toBe(true)
})
