import type {
  Server,
  ServerDuplexStream,
  ServerUnaryCall,
  ServerWritableStream,
  ServiceDefinition,
  sendUnaryData,
  UntypedHandleCall,
} from '@grpc/grpc-js'
import { peerName, serverLink } from './grpc-link.ts'
import { toStatus } from './grpc-status.ts'
import type { Caller, CallMethod, FeedMethod, Link, RpcHandlers, StreamMethod } from './rpc.ts'

export class GrpcHandlers implements RpcHandlers {
  readonly #server: Server

  constructor(server: Server) {
    this.#server = server
  }

  call<Ask, Answer>(method: CallMethod<Ask, Answer>, answer: (ask: Ask, caller: Caller) => Promise<Answer>): void {
    this.#add(method, (call: ServerUnaryCall<Ask, Answer>, reply: sendUnaryData<Answer>) => {
      answer(call.request, callerOf(call)).then(
        (value) => reply(null, value),
        (error: unknown) => reply(toStatus(error)),
      )
    })
  }

  feed<Ask, Answer>(
    method: FeedMethod<Ask, Answer>,
    answer: (ask: Ask, caller: Caller) => AsyncIterable<Answer>,
  ): void {
    this.#add(method, (call: ServerWritableStream<Ask, Answer>) => {
      pour(answer(call.request, callerOf(call)), call).catch((error: unknown) => call.emit('error', toStatus(error)))
    })
  }

  stream<Up, Down>(method: StreamMethod<Up, Down>, answer: (link: Link<Up, Down>) => void): void {
    this.#add(method, (call: ServerDuplexStream<Up | Error, Down>) => answer(serverLink(call)))
  }

  /** grpc-js wants services; to it, each method is one. */
  #add(method: object, handle: UntypedHandleCall): void {
    this.#server.addService({ method } as unknown as ServiceDefinition, { method: handle })
  }
}

async function pour<Ask, Answer>(
  answers: AsyncIterable<Answer>,
  call: ServerWritableStream<Ask, Answer>,
): Promise<void> {
  for await (const answer of answers) {
    if (call.cancelled) return
    call.write(answer)
  }
  call.end()
}

function callerOf(call: ServerUnaryCall<unknown, unknown>): Caller {
  const gone = new AbortController()
  call.on('cancelled', () => gone.abort())
  return { peerName: peerName(call), gone: gone.signal }
}
