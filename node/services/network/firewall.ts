import type { FirewallRule } from '@windlass/model/unit'
import { type Attachment, isAddress, type Names, segmentsOf } from './attachment.ts'

/**
 * The whole rule set for `nft -f`, in place of the one before. Within a network everybody may talk. To another network: only
 * what the one allows itself and the other exposes (aoscore.md 5.10). Out of the node: yes. Into services, or from them to the node
 * itself: no. Where the other is on another node, it sees this node's address in its own network, to which it knows the way back.
 */
export function firewallRules(all: readonly Attachment[], names: Names): string {
  const bridges = `"${names.bridges}*"`
  const here = new Set(all.map(({ ip }) => ip))
  const openings = openingsOf(all)
  const opened = openings.map((rule) => `${matchOf(rule)} accept`)
  const segments = segmentsOf(all)
  const same = segments.map(({ subnet }) => {
    const bridge = names.bridge(subnet)
    return `iifname "${bridge}" oifname "${bridge}" accept`
  })
  const hidden = segments.map(({ subnet }) => `ip saddr ${subnet} oifname != ${bridges} masquerade`)
  const elsewhere = openings.filter(({ dstIp }) => !here.has(dstIp)).map((rule) => `${matchOf(rule)} masquerade`)
  return `table inet ${names.table}
delete table inet ${names.table}
table inet ${names.table} {
  chain forward {
    type filter hook forward priority filter; policy accept;
    ct state established,related accept
    ${[...same, ...opened].join('\n    ')}
    oifname ${bridges} drop
  }
  chain input {
    type filter hook input priority filter; policy accept;
    ct state established,related accept
    iifname ${bridges} meta l4proto icmp accept
    iifname ${bridges} drop
  }
  chain postrouting {
    type nat hook postrouting priority srcnat; policy accept;
    ${[...elsewhere, ...hidden].join('\n    ')}
  }
}
`
}

function matchOf({ srcIp, dstIp, proto, dstPort }: FirewallRule): string {
  return `ip saddr ${srcIp} ip daddr ${dstIp} ${proto} dport ${dstPort}`
}

function openingsOf(all: readonly Attachment[]): FirewallRule[] {
  return all.flatMap((from) => (from.rules ? from.rules.filter((rule) => isSound(rule, from)) : foundOut(from, all)))
}

/** The unit's word becomes part of a program for nft, and speaks for this instance only. */
function isSound({ srcIp, dstIp, dstPort, proto }: FirewallRule, { ip }: Attachment): boolean {
  return srcIp === ip && isAddress(dstIp) && /^\d{1,5}(-\d{1,5})?$/.test(dstPort) && /^(tcp|udp)$/.test(proto)
}

function foundOut(from: Attachment, all: readonly Attachment[]): FirewallRule[] {
  return from.wants.allowedConnections.flatMap((connection) => {
    const parsed = /^(.+)\/(\d{1,5}(?:-\d{1,5})?)\/(tcp|udp)$/.exec(connection)
    const [, itemId, dstPort = '', proto = ''] = parsed ?? []
    const targets = all.filter(({ wants }) => wants.ident.itemId === itemId && wants.ownerId !== from.wants.ownerId)
    const open = targets.filter((to) => exposes(to, dstPort, proto))
    return open.map((to) => ({ srcIp: from.ip, dstIp: to.ip, dstPort, proto }))
  })
}

/** Whether the whole range is among the exposed ones. */
function exposes({ wants }: Attachment, port: string, proto: string): boolean {
  const [low, high] = rangeOf(port)
  return wants.exposedPorts.some((exposed) => {
    const [range = '', exposedProto = 'tcp'] = exposed.split('/')
    const [from, to] = rangeOf(range)
    return proto === exposedProto && from <= low && high <= to
  })
}

function rangeOf(text: string): [number, number] {
  const [from = '', to = from] = text.split('-')
  return [Number(from), Number(to)]
}
