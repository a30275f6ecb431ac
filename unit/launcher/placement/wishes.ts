import { type InstanceIdent, instanceKey } from '@windlass/model/unit'
import type { RunRequest } from '../../ports.ts'
import { type Demand, demandOf } from './demand.ts'
import { identOf, itemKey, type PlacementInput, type Seat } from './input.ts'

/** A request with what its item's documents make of it, one demand a variant. */
export interface Wish {
  request: RunRequest
  demands: readonly Demand[]
  /** Where its instances are now, lowest index first. */
  seats: readonly Seat[]
  /** Those that are asked for by number, with their keys. */
  instances: readonly { ident: InstanceIdent; key: string }[]
  /** Its instances stay on their nodes. */
  isPinned: boolean
}

/** Highest priority first, then by item (aoscore.md 5.1); of two that name the same instances the first counts. */
export function wishesOf({ requests, documents, current }: PlacementInput): Wish[] {
  const seats = Map.groupBy(current, ({ ident }) => nameOf(ident))
  const wishes = new Map<string, Wish>()
  for (const request of inOrder(requests)) {
    const { itemId, version, type } = request.item
    const name = nameOf(identOf(request, 0))
    if (wishes.has(name)) continue
    const variants = documents.get(itemKey(itemId, version))?.variants ?? []
    wishes.set(name, {
      request,
      demands: variants.map((variant) => demandOf(request, variant)),
      seats: (seats.get(name) ?? []).toSorted((one, other) => one.ident.index - other.ident.index),
      instances: instancesOf(request),
      isPinned: type === 'component' || variants[0]?.item?.balancing === 'disabled',
    })
  }
  return [...wishes.values()]
}

export function inOrder(requests: readonly RunRequest[]): RunRequest[] {
  return requests
    .map((request) => ({ request, text: JSON.stringify([request.item.itemId, request.subject.subjectId, request]) }))
    .toSorted(
      (one, other) =>
        other.request.priority - one.request.priority ||
        compare(one.request.item.itemId, other.request.item.itemId) ||
        compare(one.text, other.text),
    )
    .map(({ request }) => request)
}

/** One on every runtime that fits. */
export function isEverywhere({ request }: Wish): boolean {
  return request.item.type === 'component' && request.numInstances === 0
}

function instancesOf(request: RunRequest): Wish['instances'] {
  return Array.from({ length: request.numInstances }, (_, index) => {
    const ident = identOf(request, index)
    return { ident, key: instanceKey(ident) }
  })
}

function nameOf(ident: InstanceIdent): string {
  return instanceKey({ ...ident, index: 0 })
}

function compare(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0
}
