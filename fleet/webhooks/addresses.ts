import { BlockList, isIPv6 } from 'node:net'

// What IANA's registries of special purpose addresses keep from the open net; ::/8 holds IPv4 in other clothes.
const v4 = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
]
const more = ['192.0.2.0/24', '192.88.99.0/24', '192.168.0.0/16', '198.18.0.0/15', '198.51.100.0/24', '203.0.113.0/24']
const special = ['224.0.0.0/4', '240.0.0.0/4']
const v6 = ['::/8', '64:ff9b::/96', '64:ff9b:1::/48', '100::/64', '2001::/23', '2001:db8::/32', '2002::/16', 'fc00::/7']
const local = ['fe80::/10', 'ff00::/8']

// Apart: a list takes IPv4 for what it is inside of ::/8.
const reserved = { ipv4: listOf('ipv4', [...v4, ...more, ...special]), ipv6: listOf('ipv6', [...v6, ...local]) }

function listOf(family: 'ipv4' | 'ipv6', nets: readonly string[]): BlockList {
  const list = new BlockList()
  for (const net of nets) {
    const [base = '', bits] = net.split('/')
    list.addSubnet(base, Number(bits), family)
  }
  return list
}

/** Whether an IP address is one of the open net, and so none of this machine, its network or its cloud's. */
export function isPublic(address: string): boolean {
  const family = isIPv6(address) ? 'ipv6' : 'ipv4'
  return !reserved[family].check(address, family)
}
