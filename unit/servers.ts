import {
  type Clock,
  isLoopbackAddress,
  type Log,
  type MutualTls,
  type Rpc,
  type RpcHandlers,
  type RpcServer,
  type ServerTls,
} from '@windlass/platform'
import type { CertificateType, Identity, Tls } from './ports.ts'

/** One server. `asks`: whether callers have to show a certificate of the unit; they do, unless it says not. */
export interface Served {
  name: string
  address: string
  certificate: CertificateType
  asks?: boolean
  register: (handlers: RpcHandlers) => void
}

export interface ServerPorts {
  rpc: Rpc
  clock: Clock
  log: Log
  identity: Pick<Identity, 'tlsFor' | 'watchCertificates'>
}

const retryMs = 10_000
const renewalMs = 1_000

/**
 * Servers with this node's certificates; each is made anew when its own is exchanged (aoscore.md 1.1). On loopback they
 * work without one. Runs until `stop`; what cannot listen is tried again.
 */
export async function serve(served: readonly Served[], ports: ServerPorts, stop: AbortSignal): Promise<void> {
  await Promise.all(served.map((one) => keep(one, ports, stop)))
}

async function keep(one: Served, ports: ServerPorts, stop: AbortSignal): Promise<void> {
  while (!stop.aborted) {
    const renewed = new AbortController()
    const unwatch = ports.identity.watchCertificates((type) => type === one.certificate && renewed.abort())
    const until = AbortSignal.any([stop, renewed.signal])
    const server = await listen(one, ports, until)
    if (!until.aborted) await new Promise((resolve) => until.addEventListener('abort', resolve))
    unwatch()
    // Who ordered the exchange over this very server has to hear its answer (aoscore.md 1.9).
    if (!stop.aborted) await ports.clock.sleep(renewalMs, stop).catch(() => undefined)
    await server?.close()
  }
}

async function listen(one: Served, ports: ServerPorts, until: AbortSignal): Promise<RpcServer | undefined> {
  const { name: server, address, register } = one
  const tls = ports.identity.tlsFor(one.certificate)
  if (!tls && !isLoopbackAddress(address)) {
    ports.log.warning('not listening beyond loopback without a certificate', { server, address })
    return undefined
  }
  while (!until.aborted) {
    try {
      const open = await ports.rpc.listen(address, tlsOf(one, tls), register)
      ports.log.info('listening', { server, address, port: open.port, tls: tls !== undefined })
      return open
    } catch (error) {
      ports.log.error('cannot listen', { server, address, why: error instanceof Error ? error.message : String(error) })
      await ports.clock.sleep(retryMs, until).catch(() => undefined)
    }
  }
  return undefined
}

function tlsOf({ asks = true }: Served, tls: Tls | undefined): MutualTls | ServerTls | null {
  if (!tls) return null
  return asks ? tls : { key: tls.key, cert: tls.cert }
}
