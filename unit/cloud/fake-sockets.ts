import { type CloudSocket, SocketError, type SocketEvents, type Sockets } from './sockets.ts'

export type Admission = 'open' | 'unauthorized' | 'refused'

/** Connections in memory, seen from the cloud's side. */
export class FakeSockets implements Sockets {
  /** Every address that was tried, with its token, oldest first. */
  readonly tried: { url: string; token: string }[] = []
  readonly connections: FakeConnection[] = []
  readonly #admit: (url: string, token: string) => Admission

  constructor(admit: (url: string, token: string) => Admission = () => 'open') {
    this.#admit = admit
  }

  async open(url: string, { token }: { token: string }, stop: AbortSignal): Promise<CloudSocket> {
    stop.throwIfAborted()
    this.tried.push({ url, token })
    const admission = this.#admit(url, token)
    if (admission !== 'open') throw new SocketError(admission, `${url}: ${admission}`)
    const connection = new FakeConnection()
    this.connections.push(connection)
    return connection
  }

  get last(): FakeConnection {
    const connection = this.connections.at(-1)
    if (!connection) throw new Error('expected a connection, got none')
    return connection
  }
}

export class FakeConnection implements CloudSocket {
  /** What the unit sent, oldest first. */
  readonly received: string[] = []
  /** Hears each message as it comes. */
  hear: (text: string) => void = () => undefined
  answersPings = true
  pings = 0
  closed = false
  #events: SocketEvents | undefined

  listen(events: SocketEvents): void {
    this.#events = events
  }

  send(text: string): void {
    this.received.push(text)
    this.hear(text)
  }

  ping(): void {
    this.pings += 1
    if (this.answersPings) this.#events?.heard()
  }

  terminate(): void {
    this.drop()
  }

  /** The cloud says something. */
  say(text: string | Uint8Array): void {
    this.#events?.heard()
    this.#events?.message(typeof text === 'string' ? new TextEncoder().encode(text) : text)
  }

  /** The connection is gone. */
  drop(why = 'dropped'): void {
    if (this.closed) return
    this.closed = true
    this.#events?.closed(why)
  }
}
