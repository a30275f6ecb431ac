import { goOn } from '../../rollout/book.ts'
import { mayGoOn, statusOf, sumOf } from '../../rollout/progress.ts'
import { orderUnits, releaseBook, type UnitRolloutPorts } from './rollouts.ts'
import type { UnitRollout } from './unit-rollout.ts'

/** Takes every rollout of a release on by what its units said since, and orders for those whose phase is open. */
export async function unitRolloutRound(ports: UnitRolloutPorts): Promise<void> {
  for (const rollout of stillAtWork(await ports.store.unitRolloutsAtWork())) {
    await judge(ports, rollout)
    await orderUnits(ports, rollout.id)
    if ('units' in rollout.to) await restIfDone(ports, rollout.id)
  }
}

/**
 * Those that run and may still find a unit to order for: a newer one that is for the same units, or for all, has the say about
 * each of them. Without that every rollout there ever was would be looked at each time.
 */
export function stillAtWork(newestFirst: readonly UnitRollout[]): UnitRollout[] {
  const models = new Set<string>()
  let all = false
  return newestFirst.filter(({ to, progress }) => {
    const status = statusOf(progress)
    const isCovered = all || ('model' in to && models.has(to.model))
    if (status !== 'aborted' && 'all' in to) all = true
    if (status !== 'aborted' && 'model' in to) models.add(to.model)
    return status === 'running' && !isCovered
  })
}

async function judge(ports: UnitRolloutPorts, { id, plan, progress }: UnitRollout): Promise<void> {
  if (!mayGoOn(plan, progress)) return
  await goOn(releaseBook(ports), id, await ports.store.unitTallies(id), ports.clock.now())
}

/** Units that are named are known from the start: once all of them are through, and every phase is open, nothing can follow. */
async function restIfDone({ store }: UnitRolloutPorts, id: number): Promise<void> {
  const rollout = await store.unitRollout(id)
  if (!rollout || rollout.progress.phase + 1 < rollout.plan.phases.length) return
  const { pending, updating } = sumOf(await store.unitTallies(id))
  if (pending + updating === 0) await store.restUnitRollout(id)
}
