import { createHash } from 'node:crypto'
import type { Query } from '@windlass/model'
import type { RolloutOrder } from '@windlass/wire/operator'
import { type Speed, unpaced } from './pace.ts'

/** What must hold before the next phase opens. `failureLimit`: so many failures pause the rollout; null: none do. */
export interface Gate {
  successPercent: number
  soakSeconds: number
  approval: { by: readonly string[]; needed: number } | null
  failureLimit: number | null
}

/** `query`: what the group meant when the rollout started; null: those listed. */
export type PhaseSize =
  | { count: number }
  | { percent: number }
  | { rest: true }
  | { group: string; query: Query | null }

export interface Phase {
  size: PhaseSize
  gate: Gate
}

/** How a rollout goes about it; never changed once it was started. The last phase, and only that, takes the rest. */
export interface Plan {
  phases: readonly Phase[]
  /** When devices are offered it, in the local time of `timeZone`; empty: at any time. */
  windows: readonly string[]
  timeZone: string
  speed: Speed
  /** Pauses it when updated devices fare worse than others; null: nobody compares them. */
  health: { falseAlarmPercent: number } | null
}

const freely: Gate = { successPercent: 100, soakSeconds: 0, approval: null, failureLimit: null }

/** Everybody at once. */
export const atOnce: Plan = {
  phases: [{ size: { rest: true }, gate: freely }],
  windows: [],
  timeZone: 'UTC',
  speed: unpaced,
  health: null,
}

type Asked = Pick<RolloutOrder, 'phases' | 'windows' | 'timeZone' | 'speed' | 'health'>
type Groups = ReadonlyMap<string, { members: { query: Query } | object }>

/** What an order asks for, with all that it left out. `groups`: those that it names. */
export function planOf(order: Asked, groups: Groups = new Map()): Plan {
  const health = order.health ? { falseAlarmPercent: order.health.falseAlarmPercent ?? 1 } : null
  const { windows = [], timeZone = 'UTC', speed: { perMinute = null, atOnce = null } = {} } = order
  return { phases: phasesOf(order, groups), windows, timeZone, speed: { perMinute, atOnce }, health }
}

function phasesOf({ phases = [] }: Asked, groups: Groups): Phase[] {
  const given = phases.map(({ size: asked, gate = {} }): Phase => {
    const size = 'group' in asked ? { ...asked, query: queryIn(groups.get(asked.group)) } : asked
    const { successPercent = 100, soakSeconds = 0, approval = null, failureLimit = null } = gate
    return { size, gate: { successPercent, soakSeconds, approval, failureLimit } }
  })
  const last = given.at(-1)
  if (last && 'rest' in last.size) return given
  // Whoever bounded the failures of the phase before did not mean to bear any number of them in the largest.
  const gate = { ...freely, failureLimit: last?.gate.failureLimit ?? null }
  return [...given, { size: { rest: true }, gate }]
}

function queryIn(group: { members: { query: Query } | object } | undefined): Query | null {
  return group && 'query' in group.members ? group.members.query : null
}

/** Whether a phase takes those of a group. */
export function hasGroups({ phases }: Pick<Plan, 'phases'>): boolean {
  return phases.some(({ size }) => 'group' in size)
}

const ring = 2 ** 32

/**
 * Where a device stands on a rollout's ring, 0 to 2^32 - 1: the first four bytes of SHA-256 of `ROLLOUT:DEVICE`. Each rollout
 * has its own, so that not always the same devices come first. PostgreSQL computes the same (adapters/postgres/phases.ts).
 */
export function pointOf(rollout: number, device: string): number {
  return createHash('sha256').update(`${rollout}:${device}`).digest().readUInt32BE(0)
}

/** The phase of a point, 0 the first. `bounds`: ascending, where each phase but the last ends. */
export function phaseAt(bounds: readonly number[], point: number): number {
  return bounds.filter((bound) => bound <= point).length
}

/** How many devices lie before the end of each phase but the last, of `total`. A share is rounded up, so that none is empty. */
export function endsOf({ phases }: Pick<Plan, 'phases'>, total: number): number[] {
  let end = 0
  return phases.slice(0, -1).map(({ size }) => {
    if ('count' in size) end += size.count
    if ('percent' in size) end += Math.ceil((total * size.percent) / 100)
    return end
  })
}

/**
 * The bounds of the phases, where `pointAfter` knows the point of the n-th device on the ring, or none so far out. `total`: of
 * whom shares are; `onRing`: how many of them no phase takes by its group. Such a phase has no room on the ring.
 */
export function boundsOf(
  plan: Plan,
  { total, onRing }: { total: number; onRing: number },
  pointAfter: (n: number) => number | undefined,
): number[] {
  let bound = 0
  return endsOf(plan, total).map((end, i) => {
    const size = plan.phases[i]?.size
    if (size && !('group' in size)) bound = end < onRing ? (pointAfter(end) ?? ring) : ring
    return bound
  })
}

export function isPaced({ speed: { perMinute, atOnce: most } }: Plan): boolean {
  return perMinute !== null || most !== null
}
