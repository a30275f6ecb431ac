import { type Faults, type Made, type Releases, realityOf } from './releases.ts'
import type { ThreeNodes } from './three-nodes.ts'

/** Plays releases on a unit, one after the other, and knows what it was before. */
export class Play {
  readonly unit: ThreeNodes
  readonly releases: Releases
  /** What arrived last. */
  before: Made

  private constructor(unit: ThreeNodes, releases: Releases, before: Made) {
    this.unit = unit
    this.releases = releases
    this.before = before
  }

  /** The first release arrives. */
  static async begin(unit: ThreeNodes, releases: Releases): Promise<Play> {
    const first = await releases.make()
    const play = new Play(unit, releases, first)
    await releases.order(first)
    await play.untilWhole(first)
    return play
  }

  /** Orders a release, and waits until it, or the one before it, is there, whole. @returns which */
  async run(faults: Faults = {}): Promise<'new' | 'old'> {
    const made = await this.releases.make(faults)
    const seen = this.unit.moves.length
    await this.releases.order(made)
    return this.untilWhole(made, seen)
  }

  /** `seen`: moves before the order; until there are more, it has not begun. @throws Error when it is anything else for minutes */
  async untilWhole(made: Made, seen = 0): Promise<'new' | 'old'> {
    let end: 'new' | 'old' | undefined
    let last: string[] = []
    const holds = async () => {
      const { at, next } = this.unit.state
      if (at !== 'none' || next !== null || this.unit.moves.length <= seen) return false
      const { standing } = await this.unit.detail()
      last = await this.releases.reality()
      if (standing === 'arrived' && same(last, realityOf(made))) end = 'new'
      if (standing === 'failed' && same(last, realityOf(this.before))) end = 'old'
      return end !== undefined && (await this.unit.isReady())
    }
    await this.unit.until(`release ${made.version} or ${this.before.version}, whole`, holds).catch((error: unknown) => {
      throw new Error(`${String(error)}; really: ${last.join(', ')}`)
    })
    if (end === 'new') this.before = made
    return end ?? 'old'
  }
}

function same(left: readonly string[], right: readonly string[]): boolean {
  return left.join() === right.join()
}
