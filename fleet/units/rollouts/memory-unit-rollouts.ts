import { boundsOf, phaseAt, pointOf } from '../../rollout/plan.ts'
import { begun, nobody, statusOf } from '../../rollout/progress.ts'
import type { Counts } from '../../store/records.ts'
import type { Unit } from '../records.ts'
import { isFor, type UnitMember, type UnitRollout, type UnitRolloutStore } from './unit-rollout.ts'

interface Ordered {
  previous: number | null
  at: number
  takenBack: boolean
}

/** The records of rollouts to units in memory, over the units of a memory store. */
export function memoryUnitRollouts(units: Map<string, Unit>): UnitRolloutStore {
  const rollouts: UnitRollout[] = []
  const keys = new Map<string, number>()
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

  function members(rollout: UnitRollout): UnitMember[] {
    return sorted().flatMap((unit) => {
      const ordered = orderOf(rollout, unit)
      const state = stateOf(rollout, unit, ordered)
      if (!isFor(rollout.to, unit) || state === undefined) return []
      const phase = phaseAt(rollout.bounds, pointOf(rollout.id, unit.id))
      return [{ unit: unit.id, state, phase, orderedAt: ordered?.at ?? null, previous: ordered?.previous ?? null }]
    })
  }

  const isNewest = (rollout: UnitRollout, unit: Unit) =>
    !rollouts.some((other) => other.id > rollout.id && statusOf(other.progress) !== 'aborted' && isFor(other.to, unit))

  return {
    async addUnitRollout({ once, ...order }) {
      const before = once && find(keys.get(once.key) ?? 0)
      if (before) return { rollout: before, fresh: false }
      if ('units' in order.to && order.to.units.some((id) => !units.has(id))) return undefined
      const id = rollouts.length + 1
      const points = sorted()
        .filter((unit) => isFor(order.to, unit))
        .map((unit) => pointOf(id, unit.id))
        .sort((x, y) => x - y)
      const bounds = boundsOf(order.plan, { total: points.length, onRing: points.length }, (n) => points[n])
      const to = 'units' in order.to ? { units: [...new Set(order.to.units)].sort() } : order.to
      const rollout = { ...order, to, id, bounds, progress: begun, asked: once?.asked ?? null }
      rollouts.unshift(rollout)
      if (once) keys.set(once.key, id)
      return { rollout, fresh: true }
    },
    unitRollouts: async () => [...rollouts],
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
      const chosen = due.slice(0, limit).map(({ unit }) => unit)
      for (const unit of chosen) {
        orders.set(`${id} ${unit}`, { previous: units.get(unit)?.release ?? null, at, takenBack: false })
        give(unit, rollout.release)
      }
      return chosen
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

function stateOf({ release }: UnitRollout, unit: Unit, ordered: Ordered | undefined): keyof Counts | undefined {
  if (ordered?.takenBack) return 'rolled_back'
  if (unit.release !== release) return ordered ? undefined : 'pending'
  if (unit.standing === 'arrived') return 'updated'
  return unit.standing === 'failed' ? 'failed' : 'updating'
}
