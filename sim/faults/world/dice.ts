import { SeededRandom } from '@windlass/platform/fakes'

/** Chance from a seed, in the forms that stories need. */
export class Dice {
  readonly random: SeededRandom

  /** `stream`: the same seed gives many independent dice. */
  constructor(seed: number, stream = 0) {
    this.random = new SeededRandom(Math.imul(seed + 1, 0x9e3779b1) ^ Math.imul(stream + 1, 0x85ebca6b))
  }

  /** A whole number from `from` to `to`, both included. */
  whole(from: number, to: number): number {
    return from + Math.floor(this.random.next() * (to - from + 1))
  }

  happens(probability: number): boolean {
    return this.random.next() < probability
  }

  one<const T>(of: readonly [T, ...T[]]): T {
    return of[this.whole(0, of.length - 1)] ?? of[0]
  }
}
