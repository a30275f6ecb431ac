import { type InstanceIdent, type InstanceOrder, type InstanceStatus, instanceKey } from '@windlass/model/unit'

/** What to say to one node; undefined when it needs to hear nothing. */
export type Words = { start: readonly InstanceOrder[]; stop: readonly InstanceIdent[] } | undefined

/**
 * What one node was told and what it said since. It is told again when it says something that does not match, but the
 * answer to an order stands as it is: a node that cannot do better would be told for ever.
 */
export class Conversation {
  /** What it was told last, as far as is known. */
  told: readonly InstanceOrder[]
  #isAwaited = false

  constructor(told: readonly InstanceOrder[]) {
    this.told = told
  }

  /** It was told something and has not answered yet. */
  get isAwaited(): boolean {
    return this.#isAwaited
  }

  /** What it is to be told so that it runs `wanted`; `said` is what it says that it runs. */
  words(wanted: readonly InstanceOrder[], said: readonly InstanceStatus[]): NonNullable<Words> {
    const wants = new Map(wanted.map((order) => [instanceKey(order.ident), order]))
    const had = new Map(this.told.map((order) => [instanceKey(order.ident), order]))
    const running = said.filter(({ ident, state }) => !ident.preinstalled && state !== 'inactive')
    const runs = new Map(running.map((status) => [instanceKey(status.ident), status]))
    const idents = new Map([...this.told, ...running].map(({ ident }) => [instanceKey(ident), ident]))
    const stop = [...idents].filter(([key]) => {
      const order = wants.get(key)
      const before = had.get(key)
      if (!order) return true
      if (before && isEqual(before, order)) return false
      return before !== undefined || !matches(order, runs.get(key))
    })
    return { start: wanted, stop: stop.map(([, ident]) => ident) }
  }

  wasTold(orders: readonly InstanceOrder[]): void {
    this.told = orders
    this.#isAwaited = true
  }

  /** It said all that it runs. Whether it has to be told again. */
  heard(wanted: readonly InstanceOrder[], said: readonly InstanceStatus[], isFirst: boolean): boolean {
    const isAnswer = this.#isAwaited && !isFirst
    const isRight = this.isUpToDate(wanted) && runsWhat(wanted, said)
    if (isAnswer || isRight) this.#isAwaited = false
    return isAnswer ? !this.isUpToDate(wanted) : !isRight
  }

  isUpToDate(wanted: readonly InstanceOrder[]): boolean {
    return isEqual(this.told, wanted)
  }
}

/** Whether a node that says this has what it is to have: instances, versions, manifests, runtimes (aoscore.md 5.7). */
function runsWhat(wanted: readonly InstanceOrder[], said: readonly InstanceStatus[]): boolean {
  const known = new Map(said.map((status) => [instanceKey(status.ident), status]))
  const wants = new Set(wanted.map(({ ident }) => instanceKey(ident)))
  return (
    wanted.every((order) => matches(order, known.get(instanceKey(order.ident)))) &&
    said.every(({ ident, state }) => ident.preinstalled || state === 'inactive' || wants.has(instanceKey(ident)))
  )
}

export function matches(order: InstanceOrder, status: InstanceStatus | undefined): boolean {
  return (
    status !== undefined &&
    status.version === order.version &&
    status.runtimeId === order.runtimeId &&
    (status.manifestDigest === '' || status.manifestDigest === order.manifestDigest)
  )
}

function isEqual(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other)
}
