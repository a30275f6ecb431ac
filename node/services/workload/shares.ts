import type { Clock } from '@windlass/platform'
import { ServicesError } from '../services-error.ts'
import type { NodeResource } from './node-resources.ts'

/** One order may stop who has a resource and start who is to have it: that takes as long as services have to end. */
const patienceMs = 15_000
const lookEveryMs = 250

/** Who has which of the node's resources: not more at a time than share each (aoscore.md 5.8). */
export class Shares {
  readonly #takers = new Map<string, Set<string>>()
  readonly #clock: Clock

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Of a service that runs already, whatever its share. */
  know(id: string, name: string): void {
    this.#takersOf(name).add(id)
  }

  /** Waits for a while where all shares are taken. @throws ServicesError `in_use` */
  async take(id: string, { name, sharedCount }: Pick<NodeResource, 'name' | 'sharedCount'>): Promise<void> {
    const takers = this.#takersOf(name)
    const isFree = () => sharedCount === 0 || takers.has(id) || takers.size < sharedCount
    const late = this.#clock.uptime() + patienceMs
    while (!isFree() && this.#clock.uptime() < late) await this.#clock.sleep(lookEveryMs)
    if (!isFree()) {
      throw new ServicesError('in_use', `resource "${name}": expected a free share, all ${sharedCount} are taken`)
    }
    takers.add(id)
  }

  giveBack(id: string): void {
    for (const takers of this.#takers.values()) takers.delete(id)
  }

  #takersOf(name: string): Set<string> {
    const takers = this.#takers.get(name) ?? new Set()
    this.#takers.set(name, takers)
    return takers
  }
}
