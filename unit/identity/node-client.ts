import type { ClientTls, Clock, Log, Rpc } from '@windlass/platform'
import { identityMethods } from '@windlass/wire/aoscore'
import type { NodeIdentity } from './node-identity.ts'

const reconnectMs = 10_000

interface Ports {
  node: NodeIdentity
  rpc: Rpc
  /** The main node's ports. `publicTls`: whom to trust there before anything else is known; null on loopback only. */
  main: { publicAddress: string; protectedAddress: string; publicTls: ClientTls | null }
  clock: Clock
  log: Log
}

/**
 * Makes a node known to the main node's identity service, and obeys it (aoscore.md 1.9, RegisterNode): on the public port
 * while it is unprovisioned, then on the protected one with its own certificate. Connects again until `stop`. Never rejects.
 */
export async function keepRegistered(ports: Ports, stop: AbortSignal): Promise<void> {
  const { node, clock, log } = ports
  while (!stop.aborted) {
    const moved = new AbortController()
    const isNew = isUnprovisioned(node)
    const unsubscribes = [
      node.watch(() => isUnprovisioned(node) !== isNew && moved.abort()),
      node.keys.watch((type) => type === 'iam' && !isNew && moved.abort()),
    ]
    try {
      await register(ports, AbortSignal.any([stop, moved.signal]))
    } catch (error) {
      if (!stop.aborted) log.info('main node not reached', { why: String(error) })
    }
    for (const unsubscribe of unsubscribes) unsubscribe()
    if (!moved.signal.aborted) await clock.sleep(reconnectMs, stop).catch(() => undefined)
  }
}

async function register({ node, rpc, main }: Ports, until: AbortSignal): Promise<void> {
  const isNew = isUnprovisioned(node)
  const own = isNew ? undefined : node.keys.tls('iam')
  const client = isNew
    ? rpc.connect(main.publicAddress, main.publicTls)
    : rpc.connect(main.protectedAddress, own ?? null)
  const link = client.open(identityMethods.registerNode)
  const tell = () => link.send({ kind: 'node_info', node: node.info() })
  const unsubscribe = node.watch(tell)
  // What was said last goes out before the stream ends.
  const leave = () => setImmediate(() => client.close())
  until.addEventListener('abort', leave)
  try {
    tell()
    for await (const order of link) {
      if (order instanceof Error) continue
      link.send({ kind: 'answer', answer: await node.obey({ ...order, nodeId: node.nodeId }) })
    }
  } finally {
    until.removeEventListener('abort', leave)
    unsubscribe()
    client.close()
  }
}

const isUnprovisioned = (node: NodeIdentity) => node.info().state === 'unprovisioned'
