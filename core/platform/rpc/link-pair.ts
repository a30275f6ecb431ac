import { type Link, RpcError } from './rpc.ts'

/** Both ends of a stream inside one process, and the cable between them. */
export interface LinkPair<Up, Down> {
  /** The calling end. */
  near: Link<Down, Up>
  /** The answering end. */
  far: Link<Up, Down>
  cable: Cable
}

export interface Cable {
  /** Both ends find the other one gone. */
  cut(): void
}

/** @param peerName how the calling end is known to the answering one */
export function linkPair<Up, Down>(peerName?: string): LinkPair<Up, Down> {
  const up = new Inbox<Up>()
  const down = new Inbox<Down>()
  return {
    near: { peerName: undefined, send: (message) => up.put(message), close: () => up.end(), ...down.asIterable() },
    far: {
      peerName,
      send: (message) => down.put(message),
      close(why) {
        down.end(why)
        up.end(why)
      },
      ...up.asIterable(),
    },
    cable: {
      cut() {
        const gone = new RpcError('unavailable', 'the other end is gone')
        up.end(gone)
        down.end(gone)
      },
    },
  }
}

/** Messages on their way to one end. */
class Inbox<T> {
  readonly #messages: T[] = []
  #ended: { why: RpcError | undefined } | undefined
  #wake: () => void = () => {}

  put(message: T): void {
    if (this.#ended) return
    this.#messages.push(message)
    this.#wake()
  }

  end(why?: RpcError): void {
    this.#ended ??= { why }
    this.#wake()
  }

  asIterable(): AsyncIterable<T> {
    return { [Symbol.asyncIterator]: () => this.#read() }
  }

  async *#read(): AsyncGenerator<T> {
    while (true) {
      const message = this.#messages.shift()
      if (message !== undefined) yield message
      else if (this.#ended?.why) throw this.#ended.why
      else if (this.#ended) return
      else await new Promise<void>((resolve) => (this.#wake = resolve))
    }
  }
}
