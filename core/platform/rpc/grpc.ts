import { isIP } from 'node:net'
import { checkServerIdentity, type PeerCertificate } from 'node:tls'
import { type ChannelCredentials, Client, credentials, Server, ServerCredentials } from '@grpc/grpc-js'
import { GrpcHandlers } from './grpc-handlers.ts'
import { clientLink } from './grpc-link.ts'
import { clientOptions, serverOptions } from './grpc-options.ts'
import { fromStatus } from './grpc-status.ts'
import type {
  CallMethod,
  ClientTls,
  FeedMethod,
  Link,
  MutualTls,
  Rpc,
  RpcClient,
  ServerTls,
  StreamMethod,
} from './rpc.ts'

/** Remote procedures by gRPC, as AosCore's programs speak them (aoscore.md 1.1). */
export const grpc: Rpc = {
  async listen(address, tls, register) {
    const server = new Server(serverOptions)
    register(new GrpcHandlers(server))
    const port = await bind(server, address, tls)
    return { port, close: async () => server.forceShutdown() }
  },
  connect: (address, tls) => new GrpcClient(address, tls),
}

class GrpcClient implements RpcClient {
  readonly #client: Client
  readonly #open = new Set<{ cancel(): void }>()

  constructor(address: string, tls: MutualTls | ClientTls | null) {
    const ip = ipOf(address)
    const options =
      ip === undefined ? clientOptions : { ...clientOptions, 'grpc.ssl_target_name_override': 'by-address' }
    this.#client = new Client(address, clientCredentials(tls, ip), options)
  }

  call<Ask, Answer>(method: CallMethod<Ask, Answer>, ask: Ask, stop?: AbortSignal): Promise<Answer> {
    const { promise, resolve, reject } = Promise.withResolvers<Answer>()
    const { path, requestSerialize, responseDeserialize } = method
    stop?.throwIfAborted()
    const call = this.#client.makeUnaryRequest(path, requestSerialize, responseDeserialize, ask, (error, answer) => {
      stop?.removeEventListener('abort', cancel)
      if (stop?.aborted) reject(stop.reason)
      else if (error || answer === undefined) reject(fromStatus(error))
      else resolve(answer)
    })
    const cancel = () => call.cancel()
    stop?.addEventListener('abort', cancel)
    return promise
  }

  async *feed<Ask, Answer>(method: FeedMethod<Ask, Answer>, ask: Ask, stop?: AbortSignal): AsyncIterable<Answer> {
    const { path, requestSerialize, responseDeserialize } = method
    const call = this.#client.makeServerStreamRequest(path, requestSerialize, responseDeserialize, ask)
    const cancel = () => call.cancel()
    stop?.addEventListener('abort', cancel)
    this.#open.add(call)
    try {
      yield* call as AsyncIterable<Answer>
    } catch (error) {
      if (!stop?.aborted) throw fromStatus(error)
    } finally {
      stop?.removeEventListener('abort', cancel)
      this.#open.delete(call)
    }
  }

  open<Up, Down>(method: StreamMethod<Up, Down>): Link<Down, Up> {
    const { path, requestSerialize, responseDeserialize } = method
    const call = this.#client.makeBidiStreamRequest(path, requestSerialize, responseDeserialize)
    this.#open.add(call)
    call.once('status', () => this.#open.delete(call))
    return clientLink(call)
  }

  close(): void {
    for (const call of this.#open) call.cancel()
    this.#client.close()
  }
}

async function bind(server: Server, address: string, tls: MutualTls | ServerTls | null): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>()
  server.bindAsync(address, serverCredentials(tls), (error, port) => (error ? reject(error) : resolve(port)))
  return promise
}

function serverCredentials(tls: MutualTls | ServerTls | null): ServerCredentials {
  if (!tls) return ServerCredentials.createInsecure()
  const own = { private_key: Buffer.from(tls.key), cert_chain: Buffer.from(tls.cert) }
  const ca = 'ca' in tls ? Buffer.from(tls.ca) : null
  return ServerCredentials.createSsl(ca, [own], ca !== null)
}

/** An address is no name that TLS may ask for; the certificate has to hold for it all the same. */
function ipOf(address: string): string | undefined {
  const host = /^\[?(.*?)\]?:\d+$/.exec(address)?.[1] ?? ''
  return isIP(host) ? host : undefined
}

function clientCredentials(tls: MutualTls | ClientTls | null, ip: string | undefined): ChannelCredentials {
  if (!tls) return credentials.createInsecure()
  const verify =
    ip === undefined
      ? {}
      : { checkServerIdentity: (_: string, certificate: PeerCertificate) => checkServerIdentity(ip, certificate) }
  const ca = Buffer.from(tls.ca)
  if (!('key' in tls)) return credentials.createSsl(ca, null, null, verify)
  return credentials.createSsl(ca, Buffer.from(tls.key), Buffer.from(tls.cert), verify)
}
