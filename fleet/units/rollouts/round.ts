import { type Move, movesOf, statusOf } from '../../rollout/progress.ts'
import { orderUnits, type UnitRolloutPorts } from './rollouts.ts'
import { tellUnitRollout } from './tell.ts'
import type { UnitRollout } from './unit-rollout.ts'

/** Takes every rollout of a release on by what its units said since, and orders for those whose phase is open. */
export async function unitRolloutRound(ports: UnitRolloutPorts): Promise<void> {
  for (const rollout of await ports.store.unitRollouts()) {
    if (statusOf(rollout.progress) !== 'running') continue
    await judge(ports, rollout)
    await orderUnits(ports, rollout.id)
  }
}

async function judge(ports: UnitRolloutPorts, { id, plan, progress }: UnitRollout): Promise<void> {
  const unbounded = plan.phases.every(({ gate }) => gate.failureLimit === null)
  if (unbounded && progress.phase + 1 >= plan.phases.length) return
  const tallies = await ports.store.unitTallies(id)
  const now = ports.clock.now()
  let moves: readonly Move[] = []
  const rollout = await ports.store.changeUnitRollout(id, (before) => {
    const after = movesOf(before.plan, before.progress, tallies, now)
    moves = after.moves
    return moves.length > 0 ? after.progress : undefined
  })
  if (!rollout) return
  for (const move of moves) {
    if (move.to === 'opened') tellUnitRollout(ports, rollout, 'opened', `phase ${move.phase + 1}`)
    if (move.to === 'paused') tellUnitRollout(ports, rollout, 'paused', move.pause.reason)
  }
}
