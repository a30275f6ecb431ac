import type { InstanceOrder } from '@windlass/model/unit'
import type { Log } from '@windlass/platform'
import type { Nodes, Placement } from '../ports.ts'
import { Conversation } from './conversation.ts'
import type { Records } from './records.ts'

/** Tells nodes what to run, and remembers what each was told. */
export class Telling {
  readonly #nodes: Pick<Nodes, 'updateInstances' | 'instances'>
  readonly #records: Records
  readonly #log: Log
  readonly #talks = new Map<string, Conversation>()
  /** Nodes that said what they run since they connected. */
  readonly #greeted = new Set<string>()

  constructor(nodes: Pick<Nodes, 'updateInstances' | 'instances'>, records: Records, log: Log) {
    this.#nodes = nodes
    this.#records = records
    this.#log = log
    for (const [nodeId, orders] of records.told()) this.#talks.set(nodeId, new Conversation(orders))
  }

  isAwaited(nodeId: string): boolean {
    return this.#talk(nodeId).isAwaited
  }

  /** It has to introduce itself again. */
  left(nodeId: string): void {
    this.#greeted.delete(nodeId)
  }

  isGreeted(nodeId: string): boolean {
    return this.#greeted.has(nodeId)
  }

  /** A node said all that it runs; it is told again where that is not what it should (aoscore.md 5.7). */
  async heard(nodeId: string, placement: Placement): Promise<void> {
    const isFirst = !this.#greeted.has(nodeId)
    this.#greeted.add(nodeId)
    const wanted = wantedOn(nodeId, placement)
    const again = this.#talk(nodeId).heard(wanted, this.#nodes.instances(nodeId) ?? [], isFirst)
    if (again) await this.tell(nodeId, wanted)
  }

  async tellAll(nodeIds: readonly string[], placement: Placement): Promise<void> {
    await Promise.all(nodeIds.map((nodeId) => this.tell(nodeId, wantedOn(nodeId, placement))))
  }

  /** Tells those for which something changed, and those that come back with something else than they should have. */
  async tellChanged(nodeIds: readonly string[], placement: Placement): Promise<void> {
    const tellings = nodeIds.map(async (nodeId) => {
      if (!this.#greeted.has(nodeId)) await this.heard(nodeId, placement)
      else if (!this.#talk(nodeId).isUpToDate(wantedOn(nodeId, placement)))
        await this.tell(nodeId, wantedOn(nodeId, placement))
    })
    await Promise.all(tellings)
  }

  /** A node that cannot be reached is told when it comes back. */
  async tell(nodeId: string, wanted: readonly InstanceOrder[]): Promise<void> {
    const talk = this.#talk(nodeId)
    const { start, stop } = talk.words(wanted, this.#nodes.instances(nodeId) ?? [])
    const before = talk.told
    talk.wasTold(wanted)
    try {
      await this.#nodes.updateInstances(nodeId, start, stop)
      this.#records.saveTold(nodeId, wanted)
      this.#log.info('node told what to run', { node: nodeId, start: start.length, stop: stop.length })
    } catch (error) {
      talk.told = before
      this.#log.warning('node not told what to run', { node: nodeId, error })
    }
  }

  #talk(nodeId: string): Conversation {
    const known = this.#talks.get(nodeId)
    if (known) return known
    const talk = new Conversation([])
    this.#talks.set(nodeId, talk)
    return talk
  }
}

function wantedOn(nodeId: string, placement: Placement): readonly InstanceOrder[] {
  return placement.nodes.get(nodeId) ?? []
}
