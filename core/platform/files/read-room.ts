const firstBytes = 8 * 1024

/**
 * Room for reading a file piece by piece, used again for each: little at first, as most files are short, and `mostBytes`
 * from the first piece on that filled it.
 */
export class ReadRoom {
  readonly #mostBytes: number
  #room: Uint8Array

  constructor(mostBytes: number) {
    this.#mostBytes = mostBytes
    this.#room = new Uint8Array(Math.min(firstBytes, mostBytes))
  }

  /** Where the next piece goes. */
  get room(): Uint8Array {
    return this.#room
  }

  /** The piece that was read into it. Valid until the next one is. */
  taken(bytes: number): Uint8Array {
    const piece = this.#room.subarray(0, bytes)
    if (bytes === this.#room.length && bytes < this.#mostBytes) this.#room = new Uint8Array(this.#mostBytes)
    return piece
  }
}
