import type { FirewallRule } from '@windlass/model/unit'
import type { InstanceRecord } from './network.ts'

interface Ports {
  from: number
  to: number
  proto: string
}

/**
 * What lets one instance reach another that is in another network: a rule for each of its allowed connections
 * (`<item>/<port or from-to>/<tcp or udp>`) that names the other's item and ports which the other exposes.
 */
export function rulesBetween(from: InstanceRecord, to: InstanceRecord): FirewallRule[] {
  if (from.networkId === to.networkId) return []
  return from.allowedConnections.flatMap((text) => {
    const [item = '', ports = '', proto = 'tcp'] = text.split('/')
    const wanted = portsOf(ports, proto)
    const isExposed = to.exposedPorts.some((exposed) => covers(exposedPorts(exposed), wanted))
    if (item !== to.ident.itemId || !isExposed) return []
    return [{ dstIp: to.ip, dstPort: ports, proto, srcIp: from.ip }]
  })
}

/** `8080`, `8080/udp`, `8080-8090/tcp` */
function exposedPorts(text: string): Ports {
  const [ports = '', proto = 'tcp'] = text.split('/')
  return portsOf(ports, proto)
}

function portsOf(text: string, proto: string): Ports {
  const [from = '', to = from] = text.split(/[-:]/)
  return { from: Number(from), to: Number(to), proto }
}

function covers(exposed: Ports, wanted: Ports): boolean {
  return exposed.proto === wanted.proto && exposed.from <= wanted.from && wanted.to <= exposed.to
}
