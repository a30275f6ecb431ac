import { mostInputBytes } from './mutate-bytes.ts'

const headBytes = 8

/** The input that a thread is at, for those outside it to see, even when it never comes back. */
export class Mailbox {
  readonly memory: SharedArrayBuffer
  // How many were put, and the length of the last one.
  readonly #numbers: Int32Array
  readonly #bytes: Uint8Array

  constructor(memory: SharedArrayBuffer = new SharedArrayBuffer(headBytes + mostInputBytes)) {
    this.memory = memory
    this.#numbers = new Int32Array(memory, 0, 2)
    this.#bytes = new Uint8Array(memory, headBytes)
  }

  put(input: Uint8Array): void {
    const held = input.subarray(0, this.#bytes.length)
    this.#bytes.set(held)
    Atomics.store(this.#numbers, 1, held.length)
    Atomics.add(this.#numbers, 0, 1)
  }

  get count(): number {
    return Atomics.load(this.#numbers, 0)
  }

  get last(): Uint8Array {
    return this.#bytes.slice(0, Atomics.load(this.#numbers, 1))
  }
}
