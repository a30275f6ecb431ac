import { phaseByGroup, phaseOf } from '../../rollout/audience.ts'
import { boundsOf, pointOf } from '../../rollout/plan.ts'
import { begun, nobody, statusOf } from '../../rollout/progress.ts'
import type { Counts } from '../../store/records.ts'
import { subjectOf } from '../groups/unit-group.ts'
import type { Unit } from '../records.ts'
import { isFor } from './target.ts'
import type { NewUnitRollout, UnitMember, UnitProspect, UnitRollout, UnitRolloutStore } from './unit-rollout.ts'

interface Ordered {
  phase: number
  previous: number | null
  at: number
  takenBack: boolean
}

/** The records of rollouts to units in memory, over the units of a memory store. */
export function memoryUnitRollouts(units: Map<string, Unit>): UnitRolloutStore {
  const rollouts: UnitRollout[] = []
  const keys = new Map<string, number>()
  const resting = new Set<number>()
  const orders = new Map<string, Ordered>()
  const orderOf = (rollout: UnitRollout, unit: Unit) => orders.get(`${rollout.id} ${unit.id}`)
  const sorted = () => [...units.values()].sort((x, y) => (x.id < y.id ? -1 : 1))
  const find = (id: number) => rollouts.find((rollout) => rollout.id === id)
  const put = (id: string, change: Partial<Unit>) => {
    const unit = units.get(id)
    if (unit) units.set(id, { ...unit, ...change })
  }

  const give = (id: string, release: number | null) =>
    put(id, { release, standing: 'on_the_way', orders: (units.get(id)?.orders ?? 0) + 1 })

  // Who was ordered it stays, whatever it is by then.
  const isOf = (rollout: UnitRollout, unit: Unit) =>
    isFor(rollout.to, unit) || ('query' in rollout.to && orderOf(rollout, unit) !== undefined)

  function members(rollout: UnitRollout): UnitMember[] {
    return sorted().flatMap((unit) => {
      const ordered = orderOf(rollout, unit)
      const state = stateOf(rollout, unit, ordered)
      if (!isOf(rollout, unit) || state === undefined) return []
      const given = ordered ? [{ rollout: rollout.id, phase: ordered.phase }] : []
      const phase = phaseOf(subjectOf(unit), given, { ...rollout, rollout: rollout.id, listed: null })
      return [{ unit: unit.id, state, phase, orderedAt: ordered?.at ?? null, previous: ordered?.previous ?? null }]
    })
  }

  /** A rollout with its phases drawn over the units it is for now; undefined where one is named that is not known. */
  function drawn(id: number, { once, ...order }: NewUnitRollout): UnitRollout | undefined {
    if ('units' in order.to && order.to.units.some((one) => !units.has(one))) return undefined
    const meant = sorted().filter((unit) => isFor(order.to, unit))
    const onRing = meant.filter((unit) => phaseByGroup(subjectOf(unit), order.plan.phases, null) === null)
    const points = onRing.map((unit) => pointOf(id, unit.id)).sort((x, y) => x - y)
    const bounds = boundsOf(order.plan, { total: meant.length, onRing: onRing.length }, (n) => points[n])
    const to = 'units' in order.to ? { units: [...new Set(order.to.units)].sort() } : order.to
    return { ...order, to, id, bounds, progress: begun, asked: once?.asked ?? null }
  }

  const isNewest = (rollout: UnitRollout, unit: Unit) =>
    !rollouts.some((other) => other.id > rollout.id && statusOf(other.progress) !== 'aborted' && isOf(other, unit))

  return {
    async addUnitRollout({ once, ...order }) {
      const before = once && find(keys.get(once.key) ?? 0)
      if (before) return { rollout: before, fresh: false }
      const rollout = drawn(rollouts.length + 1, { ...order, once })
      if (!rollout) return undefined
      rollouts.unshift(rollout)
      if (once) keys.set(once.key, rollout.id)
      return { rollout, fresh: true }
    },
    async unitProspects(order, online) {
      const rollout = drawn(0, { ...order, createdAt: 0, once: null })
      return rollout && members(rollout).map((member) => prospectOf(member, units.get(member.unit), online))
    },
    unitRollouts: async () => [...rollouts],
    unitRolloutsAtWork: async () =>
      rollouts.filter(({ id, progress }) => statusOf(progress) !== 'aborted' && !resting.has(id)),
    restUnitRollout: async (id) => void resting.add(id),
    unitRollout: async (id) => find(id),
    async changeUnitRollout(id, change) {
      const rollout = find(id)
      const progress = rollout && change(rollout)
      if (!progress) return rollout
      const changed = { ...rollout, progress }
      rollouts[rollouts.indexOf(rollout)] = changed
      return changed
    },
    async unitTallies(id) {
      const rollout = find(id)
      if (!rollout) return []
      const tallies: Counts[] = rollout.plan.phases.map(() => ({ ...nobody }))
      for (const { phase, state } of members(rollout)) {
        const tally = tallies[phase]
        if (tally) tally[state] += 1
      }
      return tallies
    },
    async unitMembers(id, limit, after = '') {
      const rollout = find(id)
      const all = rollout ? members(rollout) : []
      return all.filter(({ unit }) => unit > after).slice(0, limit)
    },
    async orderNext(id, limit, at) {
      const rollout = find(id)
      if (!rollout || statusOf(rollout.progress) !== 'running') return []
      const due = members(rollout).filter(({ unit, state, phase }) => {
        const known = units.get(unit)
        return state === 'pending' && phase <= rollout.progress.phase && known && isNewest(rollout, known)
      })
      return due.slice(0, limit).map(({ unit, phase }) => {
        orders.set(`${id} ${unit}`, { phase, previous: units.get(unit)?.release ?? null, at, takenBack: false })
        give(unit, rollout.release)
        return unit
      })
    },
    async takeBack(id, limit) {
      const rollout = find(id)
      if (!rollout) return []
      const there = sorted().filter(({ release }) => release === rollout.release)
      const due = there.flatMap((unit) => {
        const ordered = orderOf(rollout, unit)
        return ordered && !ordered.takenBack && ordered.previous !== null ? [{ unit, ordered }] : []
      })
      return due.slice(0, limit).map(({ unit, ordered }) => {
        orders.set(`${id} ${unit.id}`, { ...ordered, takenBack: true })
        give(unit.id, ordered.previous)
        return unit.id
      })
    },
    async noteStanding(id, release, standing) {
      if (units.get(id)?.release === release) put(id, { standing })
    },
  }
}

function prospectOf({ unit, phase }: UnitMember, known: Unit | undefined, online: readonly string[]): UnitProspect {
  return { phase, release: known?.release ?? null, online: online.includes(unit), units: 1 }
}

function stateOf({ release }: UnitRollout, unit: Unit, ordered: Ordered | undefined): keyof Counts | undefined {
  if (ordered?.takenBack) return 'rolled_back'
  if (unit.release !== release) return ordered ? undefined : 'pending'
  if (unit.standing === 'arrived') return 'updated'
  return unit.standing === 'failed' ? 'failed' : 'updating'
}
