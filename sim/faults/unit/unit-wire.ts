import {
  type CallMethod,
  type FeedMethod,
  type Rpc,
  type RpcClient,
  RpcError,
  type Link as RpcLink,
  type RpcServer,
  type StreamMethod,
} from '@windlass/platform'
import { FakeRpc } from '@windlass/platform/fakes'
import type { Passage, Way } from '../device/link.ts'
import { type ProcessHost, passes } from '../device/machine-ports.ts'
import type { Life } from '../world/life.ts'
import type { WorldClock } from '../world/world-clock.ts'
import { Pipe } from './pipe.ts'

/** As the real connections have it: a ping after 10 s without a word, 3 s for its answer. */
const patienceMs = 13_000
const noticedMs = 50

/** One process's place in the unit's network. */
export interface Place {
  node: string
  host: ProcessHost
  life: Life
}

/** The unit's own network: remote procedures between the processes of its nodes, each over the nodes' links. */
export class UnitWire {
  readonly #world: WorldClock
  readonly #rpc = new FakeRpc()
  readonly #listening = new Map<string, Life>()

  constructor(world: WorldClock) {
    this.#world = world
  }

  rpc(place: Place): Rpc {
    return {
      listen: async (address, tls, register) => {
        const at = `${place.node}:${address.slice(address.lastIndexOf(':') + 1)}`
        const { life } = place
        const server = await this.#rpc.listen(at, tls, register)
        // It may have been killed in this very moment.
        if (!life.alive) await server.close()
        else this.#listening.set(at, life)
        return life.call(async () => this.#closing(server, place))
      },
      connect: (address, tls) =>
        new WiredClient(this.#rpc.connect(address, tls), this.#world, this.#way(place, address)),
    }
  }

  /** A dead process is found out by those that talk to it. */
  #closing(server: RpcServer, { life }: Place): RpcServer {
    const forget = life.onEnd(() => void server.close())
    return {
      port: server.port,
      close: async () => {
        forget()
        await server.close()
      },
    }
  }

  #way(place: Place, address: string): Connected {
    const isHere = address.startsWith(`${place.node}:`)
    return {
      ...place,
      passage: (way) => (isHere ? { delayMs: 1 } : place.host.link.passage(way)),
      answers: () => this.#listening.get(address)?.alive ?? false,
    }
  }
}

interface Connected extends Place {
  passage(way: Way): Passage
  /** The process at the other end lives. */
  answers(): boolean
}

class WiredClient implements RpcClient {
  readonly #client: RpcClient
  readonly #world: WorldClock
  readonly #end: Connected

  constructor(client: RpcClient, world: WorldClock, end: Connected) {
    this.#client = client
    this.#world = world
    this.#end = end
    end.life.onEnd(() => void world.in(noticedMs, () => client.close()))
  }

  call<Ask, Answer>(method: CallMethod<Ask, Answer>, ask: Ask, stop?: AbortSignal): Promise<Answer> {
    return this.#passes(method.path, async () => {
      await this.#through('up', stop)
      const answer = await this.#client.call(method, ask, stop)
      await this.#through('down', stop)
      return answer
    })
  }

  async *feed<Ask, Answer>(method: FeedMethod<Ask, Answer>, ask: Ask, stop?: AbortSignal): AsyncIterable<Answer> {
    await this.#passes(method.path, () => this.#through('up', stop))
    const answers = this.#client.feed(method, ask, stop)[Symbol.asyncIterator]()
    for (;;) {
      const next = await this.#end.life.call(() => answers.next())
      if (next.done) return
      await this.#through('down', stop)
      yield next.value
    }
  }

  open<Up, Down>(method: StreamMethod<Up, Down>): RpcLink<Down, Up> {
    return new WiredLink(this.#client.open(method), this.#world, this.#end, method.path).link()
  }

  close(): void {
    if (this.#end.life.alive) this.#client.close()
  }

  #passes<T>(path: string, work: () => Promise<T>): Promise<T> {
    const { host, life } = this.#end
    return passes({ to: 'network', url: path }, host, life, async (fault) => {
      if (fault?.kind === 'request-error') throw new RpcError('unavailable', `${path} fails on purpose`)
      return work()
    })
  }

  /** @throws RpcError `unavailable`; the reason of `stop` */
  async #through(way: Way, stop?: AbortSignal): Promise<void> {
    const { passage, host } = this.#end
    const now = passage(way)
    if (now === 'broken') throw new RpcError('unavailable', 'the connection broke')
    await host.clock.sleep(now === 'shut' ? patienceMs : now.delayMs, stop)
    if (now === 'shut') throw new RpcError('unavailable', 'no answer to a ping')
  }
}

/** One end of a stream, and the pipes to the other. */
class WiredLink<In, Out> {
  readonly #near: RpcLink<In, Out>
  readonly #end: Connected
  readonly #path: string
  readonly #up: Pipe
  readonly #down: Pipe
  readonly #came: (In | Error)[] = []
  #over: { why: Error | undefined } | undefined
  #wake: () => void = () => undefined

  constructor(near: RpcLink<In, Out>, world: WorldClock, end: Connected, path: string) {
    this.#near = near
    this.#end = end
    this.#path = path
    const broken = () => {
      near.close()
      this.#ends(new RpcError('unavailable', 'the connection broke'))
    }
    this.#up = new Pipe(world, () => end.passage('up'), patienceMs, broken)
    this.#down = new Pipe(world, () => end.passage('down'), patienceMs, broken)
    this.#pump().catch((error: unknown) => this.#ends(error instanceof Error ? error : new Error(String(error))))
  }

  link(): RpcLink<In, Out> {
    return {
      peerName: this.#near.peerName,
      send: (message) => this.#send(message),
      close: () => this.#up.send(() => this.#near.close()),
      [Symbol.asyncIterator]: () => this.#read(),
    }
  }

  #send(message: Out): void {
    const { host, life } = this.#end
    const fault = life.alive ? host.onCall({ to: 'network', url: this.#path }) : undefined
    if (!life.alive) return
    if (fault?.kind === 'request-error') return this.#break()
    this.#up.send(() => this.#end.answers() && this.#near.send(message))
    if (fault && 'side' in fault && fault.side === 'after') host.strike(fault)
  }

  #break(): void {
    this.#near.close()
    this.#ends(new RpcError('unavailable', 'the connection broke on purpose'))
  }

  async #pump(): Promise<void> {
    try {
      for await (const message of this.#near) {
        if (!this.#end.answers()) continue
        this.#down.send(() => {
          this.#came.push(message)
          this.#wake()
        })
      }
      this.#down.send(() => this.#ends(undefined))
    } catch (error) {
      this.#down.send(() => this.#ends(error instanceof Error ? error : new Error(String(error))))
    }
  }

  #ends(why: Error | undefined): void {
    this.#over ??= { why }
    this.#up.end()
    this.#down.end()
    this.#wake()
  }

  async *#read(): AsyncGenerator<In | Error> {
    const { life } = this.#end
    for (;;) {
      const message = await life.call(() => this.#next())
      if (message === undefined) return
      yield message.value
    }
  }

  async #next(): Promise<{ value: In | Error } | undefined> {
    for (;;) {
      const value = this.#came.shift()
      if (value !== undefined) return { value }
      if (this.#over?.why) throw this.#over.why
      if (this.#over) return undefined
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    }
  }
}
