import type { Attachment, Place } from './attachment.ts'
import type { NetworkWants } from './network.ts'
import type { Places } from './places.ts'
import type { Trunk } from './trunk.ts'
import type { UnitPlaces } from './unit-places.ts'

/** The unit's addresses where it gives some and a way to the other nodes is known; else this node's own. */
export class ChosenPlaces implements Places {
  readonly #own: Places
  readonly #unit: UnitPlaces
  readonly #trunk: Trunk

  constructor(own: Places, unit: UnitPlaces, trunk: Trunk) {
    this.#own = own
    this.#unit = unit
    this.#trunk = trunk
  }

  async take(wants: NetworkWants, others: readonly Attachment[], former?: Attachment): Promise<Place> {
    // An owner's network is one thing or the other.
    const neighbour = others.find((other) => other.wants.ownerId === wants.ownerId)
    const spans = neighbour ? neighbour.rules !== undefined : await this.#spans()
    return spans ? this.#unit.take(wants, others) : this.#own.take(wants, others, former)
  }

  giveBack(gone: Attachment, others: readonly Attachment[]): Promise<void> {
    return gone.rules ? this.#unit.giveBack(gone, others) : this.#own.giveBack(gone, others)
  }

  async #spans(): Promise<boolean> {
    return this.#unit.isServed && (await this.#trunk.uplink()) !== undefined
  }
}
