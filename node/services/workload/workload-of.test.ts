import { defaultItemConfig, type ItemConfig } from '@windlass/wire/oci'
import { describe, expect, it } from 'vitest'
import type { Image } from '../images/image-store.ts'
import { instanceOrder } from '../instances/sample-instances.ts'
import { nothingLent } from './lent.ts'
import { orderLabel, orderOfLabel } from './order-text.ts'
import { cpuQuota, type WorkloadParts, workloadOf } from './workload-of.ts'

const node = { cores: 2, maxDmips: 20_000, totalRam: 2 ** 30 }

function parts(item: Partial<ItemConfig> = {}, config: Partial<Image['config']> = {}): WorkloadParts {
  const platform = { architecture: 'amd64', os: 'linux', osFeatures: [] }
  const empty = { exposedPorts: [], env: [], entrypoint: [], cmd: ['/app'], workingDir: '', user: '', diffIds: [] }
  return {
    order: instanceOrder('web'),
    image: {
      config: { platform, ...empty, ...config },
      item: { ...defaultItemConfig, ...item },
      layers: ['/l/1', '/l/2'],
    },
    node,
    storage: [],
    network: {},
    lent: nothingLent,
    logPath: '/logs/one.log',
    label: 'label',
  }
}

describe('a workload', () => {
  it('runs the entrypoint with the command, where the image says', () => {
    const { args, cwd } = workloadOf(parts({}, { entrypoint: ['/app', '-v'], cmd: ['serve'], workingDir: '/data' }))
    expect([args, cwd]).toEqual([['/app', '-v', 'serve'], '/data'])
    expect(workloadOf(parts()).cwd).toBe('/')
  })

  it('of an image that says nothing to run is refused', () => {
    expect(() => workloadOf(parts({}, { cmd: [] }))).toThrow('expected an entrypoint or a command')
  })

  it('is told who it is; what the cloud set wins over the node, and the node over the image', () => {
    const base = parts({}, { env: ['A=image', 'B=image', 'C=image', 'AOS_ITEM_ID=forged'] })
    const order = { ...base.order, envVars: [{ name: 'C', value: 'cloud' }] }
    const lent = { ...nothingLent, env: ['B=node', 'C=node'] }
    const env = workloadOf({ ...base, order, lent }).env
    expect(env).toEqual(
      expect.arrayContaining([
        'A=image',
        'B=node',
        'C=cloud',
        'AOS_ITEM_ID=web',
        'AOS_SUBJECT_ID=subject',
        'AOS_INSTANCE_INDEX=0',
      ]),
    )
    expect(env.filter((pair) => pair.startsWith('C='))).toHaveLength(1)
  })

  it('is limited by its item s quotas, CPU and memory only where limits are not skipped', () => {
    const quotas = { cpuDmips: 5000, ram: 1000, pids: 9, noFile: 10, tmp: 4096 }
    const limits = { cpuQuota: 50_000, memoryBytes: 1000, pids: 9, openFiles: 10, tmpBytes: 4096 }
    expect(workloadOf(parts({ quotas })).limits).toEqual(limits)
    const skipped = workloadOf(parts({ quotas, skipResourceLimits: true })).limits
    expect(skipped).toEqual({ pids: 9, openFiles: 10, tmpBytes: 4096 })
  })

  it('of 1 DMIPS still gets a hundredth of a core', () => {
    expect(cpuQuota(1, node)).toBe(1000)
    expect(cpuQuota(20_000, node)).toBe(200_000)
  })

  it('in a network of its own may listen at every port there', () => {
    const { networkNamespace, sysctl, binds } = workloadOf({
      ...parts({ sysctl: { 'net.core.somaxconn': '9' } }),
      network: { namespacePath: '/run/netns/x', hostsPath: '/run/hosts' },
    })
    expect(networkNamespace).toBe('/run/netns/x')
    expect(sysctl).toEqual({ 'net.ipv4.ip_unprivileged_port_start': '0', 'net.core.somaxconn': '9' })
    expect(binds).toEqual([{ from: '/run/hosts', to: '/etc/hosts', kind: 'file', writable: false }])
  })
})

describe('an order as a label', () => {
  it('comes back whole', () => {
    const alertRules = { ram: { minTimeoutMs: 1000, minThreshold: 1, maxThreshold: 2 }, partitions: [] }
    const order = instanceOrder('web', {
      envVars: [{ name: 'A', value: 'b\nc' }],
      statePath: 's/0',
      priority: 7,
      alertRules,
    })
    expect(orderOfLabel(orderLabel(order))).toEqual(order)
  })

  it('that is none of ours is none', () => {
    expect(orderOfLabel('no base64 of anything')).toBeUndefined()
    expect(orderOfLabel('')).toBeUndefined()
  })
})
