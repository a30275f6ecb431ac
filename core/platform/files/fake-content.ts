import type { Random } from '../time/random.ts'

type Change = { at: number; bytes: Uint8Array } | { truncate: number }

// What a disk writes whole or not at all.
const sector = 512

/** The bytes of one fake file or device: what programs see, and what the platter holds until the next sync. */
export class FakeContent {
  readonly live = new GrowingBytes()
  readonly #durable = new GrowingBytes()
  #pending: Change[] = []

  write(bytes: Uint8Array, at: number): void {
    // Not slice(): of a Buffer that is a view.
    this.#change({ at, bytes: new Uint8Array(bytes) })
  }

  truncate(size: number): void {
    this.#change({ truncate: size })
  }

  sync(): void {
    for (const change of this.#pending) apply(this.#durable, change)
    this.#pending = []
  }

  /** The power goes: every write since the last sync is lost, kept or torn, in any combination. */
  crash(random: Random): void {
    for (const change of this.#pending) {
      for (const survivor of survivors(change, random)) apply(this.#durable, survivor)
    }
    this.#pending = []
    this.live.become(this.#durable)
  }

  /** The disk forgets one bit of what lies on it, counted from its beginning. */
  flip(bit: number): void {
    for (const bytes of [this.live, this.#durable]) bytes.flip(bit)
  }

  #change(change: Change): void {
    apply(this.live, change)
    this.#pending.push(change)
  }
}

function apply(bytes: GrowingBytes, change: Change): void {
  if ('truncate' in change) bytes.truncate(change.truncate)
  else bytes.write(change.bytes, change.at)
}

function survivors(change: Change, random: Random): Change[] {
  const fate = Math.floor(random.next() * 3)
  if (fate === 0) return []
  if (fate === 1 || 'truncate' in change) return [change]
  const kept: Change[] = []
  const end = change.at + change.bytes.length
  for (let at = change.at; at < end; ) {
    const next = Math.min(end, at - (at % sector) + sector)
    if (random.next() < 0.5) kept.push({ at, bytes: change.bytes.subarray(at - change.at, next - change.at) })
    at = next
  }
  return kept
}

/** Bytes with a size; what was never written reads as zero. */
class GrowingBytes {
  size = 0
  #room = new Uint8Array(0)

  read(into: Uint8Array, at: number): number {
    const end = Math.max(at, Math.min(this.size, at + into.length))
    into.set(this.#room.subarray(at, end))
    return end - at
  }

  write(bytes: Uint8Array, at: number): void {
    this.#reserve(at + bytes.length)
    this.#room.set(bytes, at)
    this.size = Math.max(this.size, at + bytes.length)
  }

  truncate(size: number): void {
    this.#reserve(size)
    this.#room.fill(0, Math.min(size, this.size))
    this.size = size
  }

  flip(bit: number): void {
    const at = bit >> 3
    if (at < this.size) this.#room[at] = (this.#room[at] ?? 0) ^ (1 << (bit & 7))
  }

  become(other: GrowingBytes): void {
    this.#room = other.#room.slice(0, other.size)
    this.size = other.size
  }

  #reserve(size: number): void {
    if (size <= this.#room.length) return
    const larger = new Uint8Array(Math.max(size, this.#room.length * 2))
    larger.set(this.#room)
    this.#room = larger
  }
}
