import type { Counts } from '../store/records.ts'
import type { Gate, Plan } from './plan.ts'
import { type Evidence, harmText, isHarmful, type Sides } from './regression.ts'

/** Why nothing is offered for now. */
export interface Pause {
  at: number
  by: 'operator' | 'failure_limit' | 'health'
  reason: string
}

/** How far a rollout is. `phase`: the last open one, 0 the first. Times are milliseconds since 1970. */
export interface Progress {
  phase: number
  /** Since when enough devices of that phase are updated; null while they are not. */
  metAt: number | null
  /** Who said yes to what comes after that phase. */
  approvals: readonly string[]
  /** Failures of each phase that somebody resumed in spite of. */
  borne: readonly number[]
  paused: Pause | null
  /** How updated devices fare beside the others, since somebody compares them. */
  health: Evidence | null
  /** Since when nobody is offered it any more; there is no way back. */
  abortedAt: number | null
}

export const begun: Progress = {
  phase: 0,
  metAt: null,
  approvals: [],
  borne: [],
  paused: null,
  health: null,
  abortedAt: null,
}

export function statusOf({ paused, abortedAt }: Progress): 'running' | 'paused' | 'aborted' {
  if (abortedAt !== null) return 'aborted'
  return paused ? 'paused' : 'running'
}

/** How the devices of each phase stand. */
export type Tallies = readonly Counts[]

export const nobody: Counts = { pending: 0, updating: 0, updated: 0, failed: 0, rolled_back: 0 }

export function totalOf(counts: Counts): number {
  return Object.values(counts).reduce((sum, n) => sum + n, 0)
}

/** Of phases taken together. */
export function sumOf(tallies: Tallies): Counts {
  const sum = { ...nobody }
  for (const counts of tallies) for (const state of Object.keys(sum) as (keyof Counts)[]) sum[state] += counts[state]
  return sum
}

export function failuresOf({ failed, rolled_back }: Counts): number {
  return failed + rolled_back
}

/** One move of a rollout by itself. */
export type Move =
  | { to: 'paused'; pause: Pause }
  | { to: 'opened'; phase: number }
  /** Enough are updated now, or not any more. */
  | { to: 'met'; at: number | null }

/**
 * What a rollout does next by itself, from how its devices stand; undefined: nothing. Asked again after each move, until
 * there is none.
 */
export function nextMove(plan: Plan, progress: Progress, tallies: Tallies, now: number): Move | undefined {
  if (statusOf(progress) !== 'running') return undefined
  const pause = tooManyFailures(plan, progress, tallies, now) ?? harm(plan, progress, tallies, now)
  if (pause) return { to: 'paused', pause }
  const gate = plan.phases[progress.phase]?.gate
  if (!gate || progress.phase + 1 >= plan.phases.length) return undefined
  const met = missing(plan, gate, progress, tallies) === 0
  if (met !== (progress.metAt !== null)) return { to: 'met', at: met ? now : null }
  return waitsFor(plan, progress, tallies, now).length === 0 ? { to: 'opened', phase: progress.phase + 1 } : undefined
}

/** Whether counting can show something to do: another phase to open, or failures to pause for. */
export function mayGoOn({ phases }: Plan, { phase }: Progress): boolean {
  return phase + 1 < phases.length || phases.some(({ gate }) => gate.failureLimit !== null)
}

/** All that it does by itself now, one after the other, and where it is afterwards. */
export function movesOf(
  plan: Plan,
  from: Progress,
  tallies: Tallies,
  now: number,
): { moves: Move[]; progress: Progress } {
  const moves: Move[] = []
  let progress = from
  for (;;) {
    const move = nextMove(plan, progress, tallies, now)
    if (!move) return { moves, progress }
    progress = moved(progress, move)
    moves.push(move)
  }
}

export function moved(progress: Progress, move: Move): Progress {
  switch (move.to) {
    case 'paused':
      return { ...progress, paused: move.pause }
    case 'opened':
      return { ...progress, phase: move.phase, metAt: null, approvals: [] }
    case 'met':
      return { ...progress, metAt: move.at }
  }
}

/** What keeps the phase after the open one closed, a sentence each; empty: nothing, or there is none. */
export function waitsFor(plan: Plan, progress: Progress, tallies: Tallies, now: number): string[] {
  const { phase, metAt, approvals, paused } = progress
  const gate = plan.phases[phase]?.gate
  if (!gate || phase + 1 >= plan.phases.length) return []
  const waits: string[] = paused ? [`the rollout is paused: ${paused.reason}`] : []
  const lacking = missing(plan, gate, progress, tallies)
  if (lacking > 0) waits.push(lackingText(plan, gate, progress, tallies))
  const soaked = metAt === null ? 0 : now - metAt
  const left = gate.soakSeconds * 1000 - soaked
  if (left > 0) waits.push(`phase ${phase + 1} soaks for ${spanText(left)}${metAt === null ? ' after that' : ' more'}`)
  if (gate.approval && approvals.length < gate.approval.needed) {
    const open = gate.approval.by.filter((name) => !approvals.includes(name))
    waits.push(`${approvals.length} of ${gate.approval.needed} approvals are given; ${open.join(', ')} may approve`)
  }
  return waits
}

/** Devices that still have to be updated. A rollout of which no device is known yet has not begun. */
function missing(plan: Plan, gate: Gate, { phase }: Progress, tallies: Tallies): number {
  if (totalOf(sumOf(tallies)) === 0) return 1
  const counts = tallies[phase] ?? nobody
  // Whoever asked for a group first did not mean to go on without it.
  if (totalOf(counts) === 0 && groupOf(plan, phase) !== undefined) return 1
  return Math.max(0, needed(gate, counts) - counts.updated)
}

function groupOf({ phases }: Plan, phase: number): string | undefined {
  const size = phases[phase]?.size
  return size && 'group' in size ? size.group : undefined
}

function needed({ successPercent }: Gate, counts: Counts): number {
  return Math.ceil((totalOf(counts) * successPercent) / 100)
}

function lackingText(plan: Plan, gate: Gate, { phase }: Progress, tallies: Tallies): string {
  const counts = tallies[phase] ?? nobody
  if (totalOf(sumOf(tallies)) === 0) return 'nobody of the rollout is known yet'
  if (totalOf(counts) === 0) return `phase ${phase + 1} has nobody of group ${groupOf(plan, phase)} yet`
  const is = `phase ${phase + 1} has ${counts.updated} updated of the ${needed(gate, counts)} that it needs`
  return `${is}, of ${totalOf(counts)}`
}

function tooManyFailures({ phases }: Plan, progress: Progress, tallies: Tallies, now: number): Pause | undefined {
  for (const [i, { gate }] of phases.slice(0, progress.phase + 1).entries()) {
    const failures = failuresOf(tallies[i] ?? nobody)
    const borne = progress.borne[i] ?? 0
    if (gate.failureLimit === null || failures - borne < gate.failureLimit) continue
    const before = borne > 0 ? `, ${borne} of them before it was resumed` : ''
    const limit = `its limit is ${gate.failureLimit}`
    return {
      at: now,
      by: 'failure_limit',
      reason: `${failures} of phase ${i + 1} failed or went back${before}; ${limit}`,
    }
  }
  return undefined
}

function harm({ health }: Plan, progress: Progress, tallies: Tallies, now: number): Pause | undefined {
  if (!health || !progress.health || !isHarmful(progress.health, health.falseAlarmPercent)) return undefined
  const reason = harmText(progress.health, sidesOf(tallies), health.falseAlarmPercent)
  return { at: now, by: 'health', reason }
}

/** Those that are updated, and those that are to be. Who failed is on no side: that is what failure limits are for. */
export function sidesOf(tallies: Tallies): Sides {
  const { updated, pending, updating } = sumOf(tallies)
  return { updated, others: pending + updating }
}

/** `4 h 12 min`, `30 s`; rounded up. */
export function spanText(ms: number): string {
  const seconds = Math.ceil(ms / 1000)
  if (seconds < 60) return `${seconds} s`
  const minutes = Math.ceil(seconds / 60)
  const [days, hours] = [Math.floor(minutes / 1440), Math.floor((minutes % 1440) / 60)]
  const parts = [days > 0 ? `${days} d` : '', hours > 0 ? `${hours} h` : '', `${minutes % 60} min`]
  return parts.filter((part) => part !== '' && part !== '0 min').join(' ')
}
