import type { Tls } from '../ports.ts'

/** WebSockets as a port. */
export interface Sockets {
  /** @throws SocketError; rejects with the signal's reason when it fires */
  open(url: string, options: { token: string; tls: Tls | undefined }, stop: AbortSignal): Promise<CloudSocket>
}

export interface CloudSocket {
  /** Nothing is heard before; what came meanwhile is not lost. */
  listen(events: SocketEvents): void
  send(text: string): void
  ping(): void
  /** Ends it without waiting for the other side. */
  terminate(): void
}

export interface SocketEvents {
  message(bytes: Uint8Array): void
  /** Something came: a message, a ping or a pong. */
  heard(): void
  /** Comes once, last. */
  closed(why: string): void
}

/** `unauthorized`: the token is not, or no longer, good. `refused`: anything else that kept it from opening. */
export type SocketErrorCode = 'unauthorized' | 'refused'

export class SocketError extends Error {
  override readonly name = 'SocketError'
  readonly code: SocketErrorCode
  constructor(code: SocketErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}
