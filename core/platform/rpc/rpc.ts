/**
 * One remote procedure: where it is called, and how its messages become bytes. `requestSerialize` and
 * `responseDeserialize` are the caller's, the other two the answerer's. The names are gRPC's.
 */
interface Method<Ask, AskSeen, Answer, AnswerSeen> {
  /** `/package.Service/Name`. */
  path: string
  requestSerialize(value: Ask): Buffer
  requestDeserialize(bytes: Uint8Array): AskSeen
  responseSerialize(value: Answer): Buffer
  responseDeserialize(bytes: Uint8Array): AnswerSeen
}

/** One question, one answer. */
export interface CallMethod<Ask, Answer> extends Method<Ask, Ask, Answer, Answer> {
  requestStream: false
  responseStream: false
}

/** One question, answers without end. */
export interface FeedMethod<Ask, Answer> extends Method<Ask, Ask, Answer, Answer> {
  requestStream: false
  responseStream: true
}

/** Messages both ways until one side ends it. What cannot be read is handed over as an Error in its place. */
export interface StreamMethod<Up, Down> extends Method<Up, Up | Error, Down, Down | Error> {
  requestStream: true
  responseStream: true
}

/** An open stream as one of its ends sees it. Iterating ends when the other end did, and throws RpcError when it broke. */
export interface Link<In, Out> extends AsyncIterable<In | Error> {
  /** The common name of the other end's certificate; undefined without TLS. */
  readonly peerName: string | undefined
  /** In order; what is sent after the end is dropped. */
  send(message: Out): void
  /** Ends the stream; the answering side may say why. */
  close(why?: RpcError): void
}

/** Who asks, and until when he waits. */
export interface Caller {
  readonly peerName: string | undefined
  readonly gone: AbortSignal
}

/** PEM texts. `ca`: who signed the other end's certificate; it has to have one. */
export interface MutualTls {
  key: string
  cert: string
  ca: string
}

/** As MutualTls, where the asking end has no certificate: what each end has of it. */
export type ServerTls = Pick<MutualTls, 'key' | 'cert'>
export type ClientTls = Pick<MutualTls, 'ca'>

/** Where remote procedures are answered. What a handler throws reaches the caller as RpcError. */
export interface RpcHandlers {
  call<Ask, Answer>(method: CallMethod<Ask, Answer>, answer: (ask: Ask, caller: Caller) => Promise<Answer>): void
  feed<Ask, Answer>(method: FeedMethod<Ask, Answer>, answer: (ask: Ask, caller: Caller) => AsyncIterable<Answer>): void
  stream<Up, Down>(method: StreamMethod<Up, Down>, answer: (link: Link<Up, Down>) => void): void
}

export interface RpcServer {
  readonly port: number
  /** Breaks what is still open. */
  close(): Promise<void>
}

/** Someone who answers, to be asked. The connection is made when it is needed, and made again. */
export interface RpcClient {
  /** @throws RpcError; rejects with the signal's reason when it fires */
  call<Ask, Answer>(method: CallMethod<Ask, Answer>, ask: Ask, stop?: AbortSignal): Promise<Answer>
  /** @throws RpcError; ends when `stop` fires */
  feed<Ask, Answer>(method: FeedMethod<Ask, Answer>, ask: Ask, stop?: AbortSignal): AsyncIterable<Answer>
  open<Up, Down>(method: StreamMethod<Up, Down>): Link<Down, Up>
  /** Breaks what is still open. */
  close(): void
}

/** Remote procedures between programs, as a port. Without `tls` both ends are open to anybody: for loopback only. */
export interface Rpc {
  /** @param address `host:port`; port 0 takes a free one */
  listen(
    address: string,
    tls: MutualTls | ServerTls | null,
    register: (handlers: RpcHandlers) => void,
  ): Promise<RpcServer>
  connect(address: string, tls: MutualTls | ClientTls | null): RpcClient
}

/**
 * `unavailable`: nobody there, or gone in between. `refused`: not allowed. `cancelled`, `timeout`, `not_found`, `invalid`,
 * `wrong_state`, `unimplemented`: as named. `internal`: everything else that went wrong on the other side.
 */
export const rpcErrorCodes = [
  'unavailable',
  'refused',
  'cancelled',
  'timeout',
  'not_found',
  'invalid',
  'wrong_state',
  'unimplemented',
  'internal',
] as const
export type RpcErrorCode = (typeof rpcErrorCodes)[number]

export class RpcError extends Error {
  override readonly name = 'RpcError'
  readonly code: RpcErrorCode
  constructor(code: RpcErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }

  /** What a handler threw, as the caller is to see it. */
  static from(error: unknown): RpcError {
    if (error instanceof RpcError) return error
    const message = error instanceof Error ? error.message : String(error)
    return new RpcError('internal', message, { cause: error })
  }
}
