/** The bytes from `from` up to `to` of a stream. All of it is read, also what lies outside. */
export async function* part(
  pieces: AsyncIterable<Uint8Array>,
  from: number,
  to: number,
): AsyncGenerator<Uint8Array, void, undefined> {
  let at = 0
  for await (const piece of pieces) {
    const taken = piece.subarray(Math.max(0, from - at), Math.max(0, to - at))
    at += piece.length
    if (taken.length > 0) yield taken
  }
}

/** The same bytes in pieces of exactly `size`, but for the last. A piece is only valid until the next is asked for. */
export async function* filled(
  pieces: AsyncIterable<Uint8Array>,
  size: number,
): AsyncGenerator<Uint8Array, void, undefined> {
  let buffer: Uint8Array | undefined
  let have = 0
  for await (const piece of pieces) {
    for (let used = 0; used < piece.length; ) {
      if (have === 0 && piece.length - used >= size) {
        yield piece.subarray(used, used + size)
        used += size
        continue
      }
      buffer ??= Buffer.allocUnsafeSlow(size)
      const taken = piece.subarray(used, used + size - have)
      buffer.set(taken, have)
      have += taken.length
      used += taken.length
      if (have < size) continue
      yield buffer
      have = 0
    }
  }
  if (buffer && have > 0) yield buffer.subarray(0, have)
}

/** Passes bytes on until there are more than `limit`; then it throws what `tooMany` makes. */
export async function* atMost(
  pieces: AsyncIterable<Uint8Array>,
  limit: number,
  tooMany: () => Error,
): AsyncGenerator<Uint8Array, void, undefined> {
  let count = 0
  for await (const piece of pieces) {
    count += piece.length
    if (count > limit) throw tooMany()
    yield piece
  }
}

/** Reads on to the end. */
export async function drain(pieces: AsyncIterable<Uint8Array>): Promise<void> {
  for await (const _ of pieces) continue
}
