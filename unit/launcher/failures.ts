import { type InstanceOrder, type InstanceStatus, instanceKey } from '@windlass/model/unit'
import type { Clock } from '@windlass/platform'
import type { Placement } from '../ports.ts'
import { matches } from './conversation.ts'
import { isComponent } from './keep-places.ts'
import type { Records } from './records.ts'

/** On which node an instance, by its key, failed for good in this version. */
export interface Failure {
  key: string
  version: string
  nodeId: string
}

type Said = (nodeId: string) => readonly InstanceStatus[] | undefined

/**
 * Where services failed for good. The wire does not say whether a node has given up: an instance that is failed for `failedMs`
 * without a break counts. Kept until another desired state comes, so that each node is tried once for each of them.
 */
export class Failures {
  readonly #records: Records
  readonly #clock: Clock
  #known: readonly Failure[]
  /** Failed now, and since when: uptime. By the failure's text. */
  #since: ReadonlyMap<string, number> = new Map()

  constructor(records: Records, clock: Clock) {
    this.#records = records
    this.#clock = clock
    this.#known = records.failures()
  }

  get known(): readonly Failure[] {
    return this.#known
  }

  /** Looks at what nodes say of what they are to run. @returns those that have just failed for good, on disk */
  look({ nodes }: Pick<Placement, 'nodes'>, said: Said, failedMs: number): readonly Failure[] {
    const now = this.#clock.uptime()
    const known = new Set(this.#known.map(textOf))
    const failed = [...nodes].flatMap(([nodeId, orders]) => failedOn(nodeId, orders, said(nodeId) ?? []))
    const open = new Map(failed.map((one) => [textOf(one), one] as const).filter(([text]) => !known.has(text)))
    this.#since = new Map([...open.keys()].map((text) => [text, this.#since.get(text) ?? now]))
    const fresh = [...open].filter(([text]) => now - (this.#since.get(text) ?? now) >= failedMs).map(([, one]) => one)
    if (fresh.length === 0) return fresh
    this.#records.addFailures(fresh)
    this.#known = [...this.#known, ...fresh]
    return fresh
  }

  /** How long until the next of those that are failed now has failed for good; undefined when none is. */
  nextMs(failedMs: number): number | undefined {
    const now = this.#clock.uptime()
    const known = new Set(this.#known.map(textOf))
    const left = [...this.#since].filter(([text]) => !known.has(text)).map(([, since]) => since + failedMs - now)
    return left.length > 0 ? Math.max(0, Math.min(...left)) : undefined
  }

  /** Nobody looks: what failed has to fail from anew. */
  rest(): void {
    this.#since = new Map()
  }

  /** Another desired state: every node may be tried again. */
  forget(): void {
    this.#records.forgetFailures()
    this.#known = []
    this.rest()
  }
}

function failedOn(nodeId: string, orders: readonly InstanceOrder[], said: readonly InstanceStatus[]): Failure[] {
  const statuses = new Map(said.map((status) => [instanceKey(status.ident), status]))
  return orders.flatMap((order) => {
    const key = instanceKey(order.ident)
    const status = statuses.get(key)
    const isFailed = !isComponent(order) && status?.state === 'failed' && matches(order, status)
    return isFailed ? [{ key, version: order.version, nodeId }] : []
  })
}

function textOf({ key, version, nodeId }: Failure): string {
  return JSON.stringify([key, version, nodeId])
}
