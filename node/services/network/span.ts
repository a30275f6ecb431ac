import type { FirewallRule, FirewallUpdate, HeldAddress } from '@windlass/model/unit'
import { type Log, type Processes, RpcError } from '@windlass/platform'
import { type Attachment, type Names, type Segment } from './attachment.ts'
import { ChosenPlaces } from './chosen-places.ts'
import { ownPlaces } from './own-places.ts'
import type { Places } from './places.ts'
import type { Trunk } from './trunk.ts'
import { type NetworkCalls, type PlaceRecords, UnitPlaces } from './unit-places.ts'

/** What the unit needs to know of this node, and may tell it. */
interface Here {
  /** Instances that have an address of the unit's. */
  held(): Promise<Attachment[]>
  grant(update: FirewallUpdate): Promise<void>
  know(addresses: readonly HeldAddress[]): Promise<void>
}

export interface SpanPorts {
  processes: Processes
  records: PlaceRecords
  trunk: Trunk
  log: Log
}

/** What makes networks span the nodes of a unit: its addresses and rules, and the wires between the nodes. */
export class Span {
  readonly places: Places
  readonly #unit: UnitPlaces
  readonly #trunk: Trunk
  readonly #log: Log

  constructor(names: Names, { processes, records, trunk, log }: SpanPorts) {
    this.#unit = new UnitPlaces(records, log)
    this.#trunk = trunk
    this.#log = log
    this.places = new ChosenPlaces(ownPlaces(processes, names), this.#unit, trunk)
  }

  lay(segment: Segment, bridge: string, name: string): Promise<number | undefined> {
    return this.#trunk.lay(segment, bridge, name)
  }

  legs(rules: readonly FirewallRule[], known: readonly Segment[]): Promise<Segment[]> {
    return this.#unit.legs(rules, known)
  }

  /** Returns once the unit knows what this node holds; goes on listening until then (aoscore.md 5.10). Never rejects. */
  async meet(calls: NetworkCalls, until: AbortSignal, here: Here): Promise<void> {
    if ((await this.#trunk.uplink()) === undefined) {
      this.#log.info('networks of this node only', {
        why: 'it is not known how other nodes are reached; windlass.uplink names the device',
      })
      return
    }
    try {
      const held = await here.held()
      await calls.sync(
        held.map(({ wants, ip, rules = [] }) => ({
          ident: wants.ident,
          networkId: wants.ownerId,
          ip,
          firewallRules: rules,
        })),
      )
      this.#unit.reach(calls)
      void this.#listen(calls, until, here)
      void this.#learn(calls, until, here)
    } catch (error) {
      if (error instanceof RpcError && error.code === 'unimplemented') this.#unit.isServed = false
      if (!until.aborted) this.#log.warning('the unit gives no networks', { why: String(error) })
    }
  }

  async #learn(calls: NetworkCalls, until: AbortSignal, here: Here): Promise<void> {
    try {
      for await (const addresses of calls.addresses(until)) await here.know(addresses)
    } catch (error) {
      if (!until.aborted) this.#log.info('names of this node only', { why: String(error) })
    }
  }

  async #listen(calls: NetworkCalls, until: AbortSignal, here: Here): Promise<void> {
    try {
      for await (const update of calls.updates(until)) await here.grant(update)
    } catch (error) {
      if (!until.aborted) this.#log.warning('rules of the unit not heard any more', { why: String(error) })
    } finally {
      this.#unit.reach(undefined)
    }
  }
}
