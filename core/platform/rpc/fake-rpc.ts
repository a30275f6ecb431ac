import { type Cable, linkPair } from './link-pair.ts'
import {
  type Caller,
  type CallMethod,
  type ClientTls,
  type FeedMethod,
  type Link,
  type MutualTls,
  type Rpc,
  type RpcClient,
  RpcError,
  type RpcHandlers,
  type RpcServer,
  type ServerTls,
  type StreamMethod,
} from './rpc.ts'

type Register = (handlers: RpcHandlers) => void

/**
 * Remote procedures inside one process. Messages become bytes and are read again, as on a wire. A client's `tls.cert` is
 * taken for its common name.
 */
export class FakeRpc implements Rpc {
  readonly #servers = new Map<string, Answering>()
  #lastPort = 40_000

  async listen(address: string, _tls: MutualTls | ServerTls | null, register: Register): Promise<RpcServer> {
    const asked = Number(address.slice(address.lastIndexOf(':') + 1))
    const port = asked === 0 ? ++this.#lastPort : asked
    const key = `${address.slice(0, address.lastIndexOf(':'))}:${port}`
    if (this.#servers.has(key)) throw new RpcError('unavailable', `${key} is taken`)
    const answering = new Answering()
    register(answering)
    this.#servers.set(key, answering)
    return {
      port,
      close: async () => {
        this.#servers.delete(key)
        answering.cut()
      },
    }
  }

  connect(address: string, tls: MutualTls | ClientTls | null): RpcClient {
    return new FakeClient(() => this.#servers.get(address), tls && 'cert' in tls ? tls.cert : undefined)
  }

  /** Breaks every stream to `address`, as a lost network would; who listens there goes on listening. */
  cut(address: string): void {
    this.#servers.get(address)?.cut()
  }
}

type CallAnswer = (bytes: Buffer, caller: Caller) => Promise<Buffer>
type FeedAnswer = (bytes: Buffer, caller: Caller) => AsyncIterable<Buffer>
type StreamAnswer = (link: Link<Buffer, Buffer>) => void

class Answering implements RpcHandlers {
  readonly calls = new Map<string, CallAnswer>()
  readonly feeds = new Map<string, FeedAnswer>()
  readonly streams = new Map<string, StreamAnswer>()
  readonly cables = new Set<Cable>()

  call<Ask, Answer>(method: CallMethod<Ask, Answer>, answer: (ask: Ask, caller: Caller) => Promise<Answer>): void {
    this.calls.set(method.path, async (bytes, caller) => {
      const ask = method.requestDeserialize(bytes)
      return method.responseSerialize(await answer(ask, caller))
    })
  }

  feed<Ask, Answer>(
    method: FeedMethod<Ask, Answer>,
    answer: (ask: Ask, caller: Caller) => AsyncIterable<Answer>,
  ): void {
    this.feeds.set(method.path, async function* (bytes, caller) {
      for await (const item of answer(method.requestDeserialize(bytes), caller)) yield method.responseSerialize(item)
    })
  }

  stream<Up, Down>(method: StreamMethod<Up, Down>, answer: (link: Link<Up, Down>) => void): void {
    this.streams.set(method.path, (link) =>
      answer(translated(link, method.requestDeserialize, method.responseSerialize)),
    )
  }

  cut(): void {
    for (const cable of this.cables) cable.cut()
    this.cables.clear()
  }
}

class FakeClient implements RpcClient {
  readonly #find: () => Answering | undefined
  readonly #name: string | undefined
  readonly #cables = new Set<Cable>()

  constructor(find: () => Answering | undefined, name: string | undefined) {
    this.#find = find
    this.#name = name
  }

  async call<Ask, Answer>(method: CallMethod<Ask, Answer>, ask: Ask, stop?: AbortSignal): Promise<Answer> {
    stop?.throwIfAborted()
    const answer = this.#server().calls.get(method.path)
    if (!answer) throw new RpcError('unimplemented', `nobody answers ${method.path}`)
    const gone = stop ?? new AbortController().signal
    const work = Promise.resolve().then(() => answer(method.requestSerialize(ask), { peerName: this.#name, gone }))
    const bytes = await until(gone, work)
    return method.responseDeserialize(bytes)
  }

  async *feed<Ask, Answer>(method: FeedMethod<Ask, Answer>, ask: Ask, stop?: AbortSignal): AsyncIterable<Answer> {
    const answer = this.#server().feeds.get(method.path)
    if (!answer) throw new RpcError('unimplemented', `nobody answers ${method.path}`)
    const gone = stop ?? new AbortController().signal
    const items = answer(method.requestSerialize(ask), { peerName: this.#name, gone })[Symbol.asyncIterator]()
    while (!gone.aborted) {
      const next = await until(gone, items.next()).catch((error: unknown) => {
        if (gone.aborted) return { done: true, value: undefined } as const
        throw error
      })
      if (next.done) return
      yield method.responseDeserialize(next.value)
    }
  }

  open<Up, Down>(method: StreamMethod<Up, Down>): Link<Down, Up> {
    const server = this.#find()
    const { near, far, cable } = linkPair<Buffer, Buffer>(this.#name)
    const answer = server?.streams.get(method.path)
    if (server && answer) {
      this.#cables.add(cable)
      server.cables.add(cable)
      answer(far)
    } else {
      far.close(new RpcError(server ? 'unimplemented' : 'unavailable', `nobody answers ${method.path}`))
    }
    return translated(near, method.responseDeserialize, method.requestSerialize)
  }

  close(): void {
    for (const cable of this.#cables) cable.cut()
    this.#cables.clear()
  }

  #server(): Answering {
    const server = this.#find()
    if (!server) throw new RpcError('unavailable', 'nobody listens there')
    return server
  }
}

function translated<In, Out>(
  link: Link<Buffer, Buffer>,
  read: (bytes: Buffer) => In | Error,
  write: (message: Out) => Buffer,
): Link<In, Out> {
  return {
    peerName: link.peerName,
    send: (message) => link.send(write(message)),
    close: (why) => link.close(why),
    async *[Symbol.asyncIterator]() {
      for await (const bytes of link) yield bytes instanceof Error ? bytes : read(bytes)
    },
  }
}

/** @throws the signal's reason when it fires first; else what a handler threw, as RpcError */
async function until<T>(stop: AbortSignal, work: Promise<T>): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>()
  const abort = () => reject(stop.reason)
  stop.addEventListener('abort', abort)
  try {
    return await Promise.race([work, promise])
  } catch (error) {
    if (stop.aborted) throw stop.reason
    throw RpcError.from(error)
  } finally {
    stop.removeEventListener('abort', abort)
  }
}
