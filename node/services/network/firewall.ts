import { type Attachment, addressOf, type Names } from './attachment.ts'

interface Opening {
  from: Attachment
  to: Attachment
  proto: string
  port: string
}

/**
 * The whole rule set for `nft -f`, in place of the one before. Within a network everybody may talk. To another network: only
 * what the one allows itself and the other exposes (aoscore.md 5.10). Out of the node: yes. Into services, or from them to the node
 * itself: no.
 */
export function firewallRules(all: readonly Attachment[], names: Names): string {
  const bridges = `"${names.bridges}*"`
  const openings = openingsOf(all).map(({ from, to, proto, port }) => {
    return `ip saddr ${addressOf(from)} ip daddr ${addressOf(to)} ${proto} dport ${port} accept`
  })
  const same = [...new Set(all.map(({ wants }) => names.bridge(wants.ownerId)))].map(
    (bridge) => `iifname "${bridge}" oifname "${bridge}" accept`,
  )
  const pools = [...new Set(all.map(({ pool }) => pool))]
  const hidden = pools.map((pool) => `ip saddr 172.${pool}.0.0/16 oifname != ${bridges} masquerade`)
  return `table inet ${names.table}
delete table inet ${names.table}
table inet ${names.table} {
  chain forward {
    type filter hook forward priority filter; policy accept;
    ct state established,related accept
    ${[...same, ...openings].join('\n    ')}
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
    ${hidden.join('\n    ')}
  }
}
`
}

function openingsOf(all: readonly Attachment[]): Opening[] {
  return all.flatMap((from) =>
    from.wants.allowedConnections.flatMap((connection) => {
      const parsed = /^(.+)\/(\d{1,5}(?:-\d{1,5})?)\/(tcp|udp)$/.exec(connection)
      const [, itemId, port = '', proto = ''] = parsed ?? []
      const targets = all.filter(({ wants }) => wants.ident.itemId === itemId && wants.ownerId !== from.wants.ownerId)
      return targets.filter((to) => exposes(to, port, proto)).map((to) => ({ from, to, proto, port }))
    }),
  )
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
