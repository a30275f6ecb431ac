import type { Monitoring, NodeAlert } from '@windlass/model/unit'
import { createLog } from '@windlass/platform'
import { FakeClock } from '@windlass/platform/fakes'
import { describe, expect, it } from 'vitest'
import { instanceOrder } from '../instances/sample-instances.ts'
import { busyMs, trafficIn, usedMemory } from './meters.ts'
import { Monitor } from './monitor.ts'

const rule = { minTimeoutMs: 0, minThreshold: 50, maxThreshold: 80 }
const order = instanceOrder('web', { alertRules: { ram: rule, partitions: [{ name: 'storages', ...rule }] } })

function scene() {
  const clock = new FakeClock()
  const measured: Monitoring[] = []
  const alerts: NodeAlert[] = []
  const now = { node: { ram: 100, cpuMs: 0, download: 1, upload: 2 }, service: { ram: 50, cpuMs: 0 }, storages: 10 }
  const monitor = new Monitor(
    {
      meters: {
        node: async () => now.node,
        service: async () => now.service,
        partition: async () => ({ used: 30, total: 100 }),
      },
      runs: async () => [{ id: 'id', info: order, token: 't', startedAt: 0, pid: 7 }],
      quotas: async () => ({ ram: 100, storage: 1000 }),
      storage: async () => ({ storages: now.storages }),
      traffic: async () => ({ download: 5, upload: 6 }),
      nodeRules: () => ({ cpu: rule, partitions: [] }),
      clock,
      log: createLog([], () => 0),
    },
    {
      pollMs: 1000,
      averageWindowMs: 4000,
      power: { cores: 2, maxDmips: 10_000, totalRam: 1000 },
      partitions: [{ name: 'services', path: '/' }],
    },
    { monitoring: (one) => measured.push(one), alert: (one) => alerts.push(one) },
  )
  return { clock, monitor, measured, alerts, now }
}

describe('monitoring', () => {
  it('tells memory in bytes, processor in DMIPS and traffic, of the node and each instance', async () => {
    const { clock, monitor, measured, now } = scene()
    await monitor.poll()
    await clock.advance(1000)
    now.node = { ...now.node, cpuMs: 1000 }
    now.service = { ram: 60, cpuMs: 500 }
    await monitor.poll()
    expect(measured[1]).toMatchObject({
      node: { ram: 100, cpu: 5000, partitions: [{ name: 'services', usedSize: 30 }], download: 1, upload: 2 },
      instances: [
        {
          ident: order.ident,
          usage: { ram: 60, cpu: 2500, partitions: [{ name: 'storages', usedSize: 10 }], download: 5, upload: 6 },
        },
      ],
    })
  })

  it('keeps a running average', async () => {
    const { monitor, now } = scene()
    await monitor.poll()
    now.node = { ...now.node, ram: 200 }
    await monitor.poll()
    expect((await monitor.average()).node.ram).toBe(125)
  })

  it('tells when quotas are passed: percent of the node, or of the instance s quota', async () => {
    const { clock, monitor, alerts, now } = scene()
    await monitor.poll()
    await clock.advance(1000)
    now.node = { ...now.node, cpuMs: 1700 }
    now.service = { ram: 80, cpuMs: 0 }
    now.storages = 799
    await monitor.poll()
    expect(alerts).toMatchObject([
      { kind: 'system_quota', parameter: 'cpu', value: 8500, status: 'raise' },
      { kind: 'instance_quota', ident: order.ident, parameter: 'ram', value: 80, status: 'raise' },
    ])
  })
})

describe('what the kernel says', () => {
  it('is read as it is written', () => {
    expect(usedMemory('MemTotal:       1000 kB\nMemFree: 1 kB\nMemAvailable:    400 kB\n')).toBe(600 * 1024)
    expect(busyMs('cpu  10 1 5 1000 7 2 3 4 0 0\ncpu0 1 1 1 1\n')).toBe(250)
    const devices = `Inter-|   Receive                    |  Transmit
 face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs
    lo: 999 1 0 0 0 0 0 0 999 1 0 0 0 0 0 0
  eth0: 100 1 0 0 0 0 0 0 50 1 0 0 0 0 0 0
wlb01: 999 1 0 0 0 0 0 0 999 1 0 0 0 0 0 0
`
    expect(trafficIn(devices)).toEqual({ download: 100, upload: 50 })
  })
})
