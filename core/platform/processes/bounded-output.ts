import type { Readable } from 'node:stream'

/** Keeps the first bytes of a program's output and drops the rest, so that it never blocks the program. */
export class BoundedOutput {
  truncated = false
  readonly #pieces: Buffer[] = []
  #room: number

  constructor(from: Readable, maxBytes: number) {
    this.#room = maxBytes
    from.on('data', (piece: Buffer) => this.#keep(piece))
  }

  text(): string {
    return Buffer.concat(this.#pieces).toString()
  }

  #keep(piece: Buffer): void {
    if (piece.length > this.#room) this.truncated = true
    if (this.#room > 0) this.#pieces.push(piece.subarray(0, this.#room))
    this.#room = Math.max(0, this.#room - piece.length)
  }
}
