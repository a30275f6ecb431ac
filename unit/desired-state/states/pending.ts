import { type Later, later, type OutcomeOf, type Step } from '@windlass/machine'
import { scheduleOf, untilOpen } from '../../schedule/gate.ts'
import type { In, UpdateManager } from '../diagram.ts'
import { type Before, type Leg, type Legs, legNames, noErrors } from '../facts.ts'
import type { UpdatePorts } from '../ports.ts'
import { overdue, overdueErrors } from './expiry.ts'

type Outcome = OutcomeOf<UpdateManager, 'pending'>

/**
 * Waits for the schedules. Parts whose gates are open at the same moment go together, as one transaction; where the unit
 * converges they go one after the other, as upstream does.
 */
export async function pending(state: In<'pending'>, ports: UpdatePorts, step: Step): Promise<Outcome | Later<Outcome>> {
  const over = overdueLegs(state, ports.time.ms())
  if (over) return over
  const open = legNames.filter((leg) => waitFor(state, leg, ports) === 0)
  if (open.length === 0)
    return later<Outcome>(untilNext(state, ports), { on: 'over', legs: state.legs, errors: state.errors })
  // What a cancelled update left half-way on the update managers has to go before another can be prepared.
  if (state.before) await ports.firmware.revert(step.stop)
  const going = ports.rules.onFailure === 'restore' ? open : open.slice(0, 1)
  const legs: Legs = { ...state.legs, ...Object.fromEntries(going.map((leg) => [leg, 'going'])) }
  return { on: 'open', legs, before: state.before ?? present(state, ports), errors: noErrors }
}

function waitFor(state: In<'pending'>, leg: Leg, { clock, rules }: UpdatePorts): number | null {
  if (state.legs[leg] !== 'waiting') return null
  const triggered = leg === 'sota' ? state.sotaTriggered : state.fotaTriggered
  return untilOpen(scheduleOf(state.desired, leg), triggered, clock.now(), rules.zone)
}

/** Ends the parts whose time is over: the update, when nothing is left of it. */
function overdueLegs(state: In<'pending'>, now: number): Outcome | undefined {
  const late = legNames.filter((leg) => state.legs[leg] === 'waiting' && (state.expires[leg] ?? Infinity) <= now)
  if (late.length === 0) return undefined
  const legs: Legs = { ...state.legs, ...Object.fromEntries(late.map((leg) => [leg, 'over'])) }
  if (legNames.every((leg) => legs[leg] !== 'waiting')) return { on: 'expired', errors: overdueErrors(state.legs) }
  return { on: 'over', legs, errors: { ...state.errors, ...Object.fromEntries(late.map((leg) => [leg, overdue])) } }
}

/** Looks again when a gate opens or a part's time is over; a day at most, because wall clocks are set. */
function untilNext(state: In<'pending'>, ports: UpdatePorts): number {
  const now = ports.time.ms()
  const waiting = legNames.filter((leg) => state.legs[leg] === 'waiting')
  const times = waiting.flatMap((leg) => [waitFor(state, leg, ports), expiresIn(state.expires[leg], now)])
  return Math.max(1, Math.min(86_400_000, ...times.filter((ms) => ms !== null)))
}

function expiresIn(at: number | null, now: number): number | null {
  return at === null ? null : at - now
}

/** What `reverting` brings back. */
function present({ desired }: In<'pending'>, { nodes }: UpdatePorts): Before {
  const named = new Set(desired.nodes.map(({ nodeId }) => nodeId))
  const states = nodes
    .list()
    .flatMap(({ nodeId, state }) =>
      named.has(nodeId) && (state === 'provisioned' || state === 'paused') ? [{ nodeId, state }] : [],
    )
  return { config: nodes.currentConfig() ?? null, nodes: states }
}
