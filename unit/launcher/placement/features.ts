/**
 * Yes-or-no questions about a place, each with a bit of its own: whether a place, or any of a thousand, answers yes to all
 * that somebody asks is then one comparison.
 */
export class Features<Place> {
  readonly #asked = new Map<string, { bit: bigint; holds: (place: Place) => boolean }>()

  /** The question's bit; equal keys are one question. */
  bit(key: string, holds: (place: Place) => boolean): bigint {
    const known = this.#asked.get(key)
    if (known) return known.bit
    const bit = 1n << BigInt(this.#asked.size)
    this.#asked.set(key, { bit, holds })
    return bit
  }

  /** The bits of all questions asked so far that hold here. */
  of(place: Place): bigint {
    let bits = 0n
    for (const { bit, holds } of this.#asked.values()) if (holds(place)) bits |= bit
    return bits
  }
}
