import type { ClientDuplexStream, ServerDuplexStream } from '@grpc/grpc-js'
import { fromStatus, toStatus } from './grpc-status.ts'
import type { Link, RpcError } from './rpc.ts'

type AuthContext = ReturnType<ServerDuplexStream<unknown, unknown>['getAuthContext']>

/** The answering end of a stream. */
export function serverLink<Up, Down>(stream: ServerDuplexStream<Up | Error, Down>): Link<Up, Down> {
  return linkOf(stream, (why) => {
    if (why) stream.emit('error', toStatus(why))
    else stream.end()
  })
}

/** The calling end of a stream. */
export function clientLink<Up, Down>(stream: ClientDuplexStream<Up, Down | Error>): Link<Down, Up> {
  return linkOf(stream, () => stream.end())
}

type Stream<In, Out> = ServerDuplexStream<In | Error, Out> | ClientDuplexStream<Out, In | Error>

function linkOf<In, Out>(stream: Stream<In, Out>, close: (why?: RpcError) => void): Link<In, Out> {
  // grpc-js tells of an error once, also when nobody reads yet.
  let broken: unknown
  stream.on('error', (error: unknown) => {
    broken ??= error
  })
  return {
    get peerName() {
      return peerName(stream)
    },
    send(message) {
      if (stream.writable) stream.write(message)
    },
    close,
    async *[Symbol.asyncIterator]() {
      try {
        // Reading to the end must not close the other direction.
        yield* stream.iterator({ destroyOnReturn: false }) as AsyncIterable<In | Error>
      } catch (error) {
        throw fromStatus(broken ?? error)
      }
      if (broken !== undefined) throw fromStatus(broken)
    },
  }
}

/** The common name of the other end's certificate, as it was checked when the connection was made. */
export function peerName(call: { getAuthContext(): AuthContext | null }): string | undefined {
  const name: string | string[] | undefined = call.getAuthContext()?.sslPeerCertificate?.subject.CN
  return Array.isArray(name) ? name[0] : name
}
