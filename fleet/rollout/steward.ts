import type { Order, Rollout } from '../store/records.ts'
import { moved, nextMove, type Progress, statusOf } from './progress.ts'
import type { RolloutPorts } from './rollouts.ts'
import { tellRollout } from './tell.ts'

const roundMs = 10_000
const shortestMs = 1_000
/** Counting a large fleet may take seconds: it never takes more than this part of the time. */
const mostBusy = 0.1

/**
 * Takes rollouts through their phases, and pauses those that fail too often: after each failure or success that was heard, and
 * every ten seconds. Any number of fleets may do it at once, on the same records. Ends with the signal.
 */
export async function steward(ports: RolloutPorts, signal: AbortSignal): Promise<void> {
  const { clock, log } = ports
  while (!signal.aborted) {
    // Listened for from before the look, so that nothing falls in between.
    const next = news(ports, signal)
    const began = clock.uptime()
    await stewardRound(ports).catch((error: unknown) => {
      log.error('rollouts cannot be judged', { why: error instanceof Error ? error.message : String(error) })
    })
    const took = clock.uptime() - began
    await clock.sleep(Math.max(shortestMs, took / mostBusy), signal).catch(() => undefined)
    await next
  }
}

/** Looks at every rollout that can move by itself, once. */
export async function stewardRound(ports: RolloutPorts): Promise<void> {
  for (const rollout of await ports.store.rollouts()) if (mayMove(rollout)) await judge(ports, rollout.rollout)
}

/** Until an attempt is settled or a rollout changes, or for ten seconds. */
async function news({ events, clock }: RolloutPorts, signal: AbortSignal): Promise<void> {
  const over = new AbortController()
  const until = AbortSignal.any([signal, over.signal])
  const heard = (async () => {
    for await (const event of events.listen(until)) if (event.kind === 'attempt' || event.kind === 'rollout') return
  })()
  await Promise.race([heard, clock.sleep(roundMs, until).catch(() => undefined)])
  over.abort()
}

function mayMove({ plan, progress }: Order): boolean {
  if (statusOf(progress) !== 'running') return false
  return progress.phase + 1 < plan.phases.length || plan.phases.some(({ gate }) => gate.failureLimit !== null)
}

async function judge(ports: RolloutPorts, id: number): Promise<void> {
  const tallies = await ports.store.tallies(id)
  const told: [rollout: Rollout, change: 'opened' | 'paused', detail: string][] = []
  const now = ports.clock.now()
  await ports.store.changeRollout(id, (rollout) => {
    told.length = 0
    let progress: Progress = rollout.progress
    for (;;) {
      const move = nextMove(rollout.plan, progress, tallies, now)
      if (!move) break
      progress = moved(progress, move)
      if (move.to === 'opened') told.push([rollout, 'opened', `phase ${move.phase + 1}`])
      if (move.to === 'paused') told.push([rollout, 'paused', move.pause.reason])
    }
    return progress === rollout.progress ? undefined : progress
  })
  for (const [rollout, change, detail] of told) tellRollout(ports, rollout, change, detail)
}
