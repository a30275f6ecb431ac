import type { Clock, Log, MutualTls, Rpc, RpcHandlers, RpcServer } from '@windlass/platform'
import type { Tls } from '../ports.ts'

const reloadMs = 1000
const retryMs = 10_000

interface Serving {
  rpc: Rpc
  clock: Clock
  log: Log
  /** The certificate that the servers show; without one they are open, which only a new node on loopback may be. */
  tls(): Tls | undefined
  onRenewal(renewed: () => void): () => void
  /** AosCore's are `:8090` and `:8089`. */
  publicAddress: string
  protectedAddress: string
  answerPublic: (handlers: RpcHandlers) => void
  answerProtected: (handlers: RpcHandlers) => void
  /** Hears the ports each time they are open. */
  listening?: (ports: { publicPort: number; protectedPort: number }) => void
}

/**
 * Answers on both ports (aoscore.md 1.9) until `stop`: the public one shows its certificate, the protected one also wants to
 * see one. With a new certificate both begin again, a second later. Never rejects.
 */
export async function serveIdentity(serving: Serving, stop: AbortSignal): Promise<void> {
  const { clock, log } = serving
  while (!stop.aborted) {
    const renewed = new AbortController()
    const unsubscribe = serving.onRenewal(() => renewed.abort())
    const servers: RpcServer[] = []
    try {
      await open(serving, servers)
      await untilAborted(AbortSignal.any([stop, renewed.signal]))
      await clock.sleep(stop.aborted ? 0 : reloadMs)
    } catch (error) {
      log.error('identity ports not opened', { why: String(error) })
      await clock.sleep(retryMs, stop).catch(() => undefined)
    }
    unsubscribe()
    for (const server of servers) await server.close()
  }
}

async function open(serving: Serving, servers: RpcServer[]): Promise<void> {
  const tls = serving.tls()
  const mutual: MutualTls | null = tls ?? null
  const own = tls ? { key: tls.key, cert: tls.cert } : null
  const first = await serving.rpc.listen(serving.publicAddress, own, serving.answerPublic)
  servers.push(first)
  const second = await serving.rpc.listen(serving.protectedAddress, mutual, serving.answerProtected)
  servers.push(second)
  serving.listening?.({ publicPort: first.port, protectedPort: second.port })
}

function untilAborted(signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  if (signal.aborted) resolve()
  signal.addEventListener('abort', () => resolve(), { once: true })
  return promise
}
