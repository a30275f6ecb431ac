import type { FastifyRequest } from 'fastify'
import { FleetError } from '../../fleet-error.ts'
import { holdsProduct, type Within, withinOf } from '../../groups/extent.ts'
import type { GroupStore } from '../../groups/group.ts'
import { type Caller, reachOfCaller } from '../../people/caller.ts'
import { knowsGroup, type Permission } from '../../people/roles.ts'
import type { Leave } from '../../rollout/within.ts'

/*
 * How far whoever calls may see and do: lists show no more, and nothing is done beyond.
 */

export type Calling = Pick<FastifyRequest, 'caller'>
type Groups = Pick<GroupStore, 'groupHeads'>

/** Who calls a route that is not open. */
export function callerIn({ caller }: Calling): Caller {
  if (!caller) throw new Error('expected a route that wants a sign-in, got an open one')
  return caller
}

export function withinFor(request: Calling, store: Groups, permission: Permission): Promise<Within> {
  return withinOf(store, reachOfCaller(callerIn(request), permission))
}

/** What the caller may see. */
export function seenBy(request: Calling, store: Groups): Promise<Within> {
  return withinFor(request, store, 'read')
}

export async function leaveOf(request: Calling, store: Groups): Promise<Leave> {
  return { seen: await seenBy(request, store), doing: await withinFor(request, store, 'operate') }
}

/** Whether the caller may know of a group of this name. */
export function knows(request: Calling, group: string): boolean {
  return knowsGroup(reachOfCaller(callerIn(request), 'read'), group)
}

/** Groups that the caller may not know of are not there. @throws FleetError `group_unknown` */
export function checkKnown(request: Calling, ...groups: readonly (string | undefined)[]): void {
  const strange = groups.find((name) => name !== undefined && !knows(request, name))
  if (strange !== undefined) throw new FleetError('group_unknown', `expected a group of this fleet, got ${strange}`)
}

/** Those of which some device lies within, or any that comes will. */
export async function productsWithin(
  store: Pick<GroupStore, 'productsOf'>,
  products: readonly string[],
  within: Within,
): Promise<readonly string[]> {
  const open = products.filter((product) => !holdsProduct(within, product))
  if (open.length === 0) return products
  const found = new Set(await store.productsOf({ within }, open))
  return products.filter((product) => found.has(product) || !open.includes(product))
}
