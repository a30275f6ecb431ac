import { ended, FakeProcesses } from '@windlass/platform/fakes'
import { describe, expect, it } from 'vitest'
import { type Attachment, hostsFile, isWithin, namesFor } from './attachment.ts'
import { firewallRules } from './firewall.ts'
import type { NetworkWants } from './network.ts'
import { ownPlaces, placeFor, poolsInRoutes } from './own-places.ts'

function wants(itemId: string, ownerId: string, changes: Partial<NetworkWants> = {}): NetworkWants {
  const ident = { itemId, subjectId: 's', index: 0, type: 'service', preinstalled: false } as const
  return { id: `id-${itemId}`, ident, ownerId, allowedConnections: [], exposedPorts: [], ...changes }
}
const free = new Set<number>()

function placed(...all: readonly NetworkWants[]): Attachment[] {
  return all.reduce<Attachment[]>((before, wants) => {
    const place = placeFor(wants, before, free)
    return place ? [...before, { wants, ...place }] : before
  }, [])
}

const named = (all: readonly Attachment[]) => all.map(({ wants, ip }) => ({ ...wants, ip }))

describe('addresses', () => {
  it('are of one network for an owner and of another for the next one', () => {
    const places = placed(wants('a', 'x'), wants('b', 'x'), wants('c', 'y'))
    expect(places.map(({ ip }) => ip)).toEqual(['172.17.0.2', '172.17.0.3', '172.18.0.2'])
  })

  it('avoid what the host has routes to', () => {
    const routes =
      'default via 172.31.0.1 dev eth0\n172.17.0.0/16 dev docker0\nlocal 172.18.0.1 dev x\n172.20.0.0/14 dev vpn'
    const taken = poolsInRoutes(routes)
    expect([...taken].toSorted((one, other) => one - other)).toEqual([17, 18, 20, 21, 22, 23])
    expect(placeFor(wants('a', 'x'), [], taken)?.segment.subnet).toBe('172.19.0.0/16')
  })

  it('are given again once they are free', () => {
    const [, ...rest] = placed(wants('a', 'x'), wants('b', 'x'))
    expect(placeFor(wants('c', 'x'), rest, free)?.ip).toBe('172.17.0.2')
  })

  it('end where the pools end', () => {
    const all = placed(...Array.from({ length: 15 }, (_, at) => wants(`i${at}`, `o${at}`)))
    expect(placeFor(wants('z', 'z'), all, free)).toBeUndefined()
  })
})

describe('an owner whose last instance comes back', () => {
  it('has its own bridge again, where every other pool is somebody else s', async () => {
    const names = namesFor('node-a')
    const devices = Array.from({ length: 15 }, (_, i) => (i === 7 ? names.bridge('172.24.0.0/16') : `other${i}`))
    const stdout = devices.map((device, i) => `172.${17 + i}.0.0/16 dev ${device} proto kernel`).join('\n')
    const places = ownPlaces(new FakeProcesses({ ip: () => ended({ stdout }) }), names)
    expect((await places.take(wants('a', 'x'), [])).segment.subnet).toBe('172.24.0.0/16')
  })

  it('has its own address again, where a lower pool became free meanwhile', async () => {
    const places = ownPlaces(new FakeProcesses({ ip: () => ended({}) }), namesFor('node-a'))
    const [, b] = placed(wants('a', 'x'), wants('b', 'y'))
    expect((await places.take(wants('b', 'y'), [], b)).ip).toBe('172.18.0.2')
  })

  it('has another where its own is somebody else s by now, or is not its own affair', async () => {
    const routes = '172.18.0.0/16 dev docker0'
    const places = ownPlaces(new FakeProcesses({ ip: () => ended({ stdout: routes }) }), namesFor('node-a'))
    const [a, b, c] = placed(wants('a', 'x'), wants('b', 'y'), wants('c', 'z'))
    if (!a || !b || !c) throw new Error('expected three places')
    expect((await places.take(wants('b', 'y'), [a], b)).ip).toBe('172.19.0.2')
    expect((await places.take(wants('c', 'z'), [a], { ...c, rules: [] })).ip).toBe('172.19.0.2')
    expect((await places.take(wants('c', 'other'), [a], c)).ip).toBe('172.19.0.2')
    expect((await places.take(wants('d', 'z'), [c], { ...c, wants: wants('d', 'z') })).ip).toBe('172.19.0.3')
  })
})

describe('names', () => {
  it('are those of aoscore.md 5.10, short ones only within a network', () => {
    const all = placed(wants('web', 'x', { hostname: 'front' }), wants('db', 'y'))
    expect(hostsFile('x', named(all))).toBe(`127.0.0.1 localhost
::1 localhost
172.17.0.2 front 0.s.web s.web 0.s.web.x s.web.x
172.18.0.2 0.s.db.y s.db.y
`)
  })

  it('that are no names stay out of the file', () => {
    expect(hostsFile('x', named(placed(wants('a\n10.0.0.1 bank', 'x'))))).not.toContain('bank')
  })
})

describe('the firewall', () => {
  const db = wants('db', 'y', { exposedPorts: ['5432/tcp', '9000-9010/udp'] })
  const opened = (allowedConnections: readonly string[]) =>
    firewallRules(placed(wants('web', 'x', { allowedConnections }), db), namesFor('node')).match(
      /ip saddr \S+ ip daddr .* accept/g,
    )

  it('opens what one allows itself and the other exposes', () => {
    expect(opened(['db/5432/tcp', 'db/9001-9002/udp'])).toEqual([
      'ip saddr 172.17.0.2 ip daddr 172.18.0.2 tcp dport 5432 accept',
      'ip saddr 172.17.0.2 ip daddr 172.18.0.2 udp dport 9001-9002 accept',
    ])
  })

  it('opens nothing that is not exposed, or not asked for, or makes no sense', () => {
    expect(opened([])).toBeNull()
    expect(opened(['db/22/tcp', 'db/5432/udp', 'other/5432/tcp', 'db/9005-9020/udp', 'db/1;drop/tcp'])).toBeNull()
  })

  it('opens what the unit says, hides where it comes from on other nodes, and takes no program for a rule', () => {
    const rule = { srcIp: '172.17.0.2', dstIp: '172.18.0.7', dstPort: '80', proto: 'tcp' }
    const rules = [
      rule,
      { ...rule, srcIp: '172.17.0.9' },
      { ...rule, dstPort: '80 accept; drop' },
      { ...rule, dstIp: 'any' },
      { ...rule, proto: 'icmp' },
    ]
    const segment = { subnet: '172.17.0.0/16', gateway: '172.17.0.1', vlanId: 5 }
    const leg = { subnet: '172.18.0.0/16', gateway: '172.18.0.1', vlanId: 6 }
    const names = namesFor('node')
    const text = firewallRules(
      [
        {
          wants: wants('web', 'x', { allowedConnections: ['db/22/tcp'] }),
          segment,
          ip: '172.17.0.2',
          rules,
          legs: [leg],
        },
      ],
      names,
    )
    expect(text.match(/ip saddr \S+ ip daddr .*/g)).toEqual([
      'ip saddr 172.17.0.2 ip daddr 172.18.0.7 tcp dport 80 accept',
      'ip saddr 172.17.0.2 ip daddr 172.18.0.7 tcp dport 80 masquerade',
    ])
    expect(text).toContain(`iifname "${names.bridge(leg.subnet)}" oifname "${names.bridge(leg.subnet)}" accept`)
  })
})

it('an address is in a network or not', () => {
  const inside = ['172.18.0.1', '172.18.255.255', '172.19.0.1', 'bank', '172.18.0.256', '172.18.0']
  expect(inside.map((ip) => isWithin(ip, '172.18.0.0/16'))).toEqual([true, true, false, false, false, false])
})
