import type { Order, Rollout } from '../store/records.ts'
import type { Troubles } from '../store/store.ts'
import { goOn } from './book.ts'
import { mayGoOn, type Progress, sidesOf, statusOf, type Tallies } from './progress.ts'
import { noEvidence, weighed } from './regression.ts'
import { packageBook, type RolloutPorts } from './rollouts.ts'

const roundMs = 10_000
const shortestMs = 1_000
const wakes: ReadonlySet<string> = new Set(['attempt', 'rollout', 'unit', 'unit_rollout'])
/** Counting a large fleet may take seconds: it never takes more than this part of the time. */
const mostBusy = 0.1

/**
 * Takes rollouts through their phases, and pauses those that fail too often: after each failure or success that was heard, and
 * every ten seconds. Any number of fleets may do it at once, on the same records. Ends with the signal. `rounds`: what is
 * looked at each time.
 */
export async function steward(
  { clock, log, events }: Pick<RolloutPorts, 'clock' | 'log' | 'events'>,
  rounds: readonly (() => Promise<void>)[],
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    // Listened for from before the look, so that nothing falls in between.
    const next = news({ events, clock }, signal)
    const began = clock.uptime()
    for (const round of rounds)
      await round().catch((error: unknown) => {
        log.error('rollouts cannot be judged', { why: error instanceof Error ? error.message : String(error) })
      })
    const took = clock.uptime() - began
    await clock.sleep(Math.max(shortestMs, took / mostBusy), signal).catch(() => undefined)
    await next
  }
}

/** Looks at every rollout that can move by itself, once. */
export async function stewardRound(ports: RolloutPorts): Promise<void> {
  for (const rollout of await ports.store.rollouts()) if (mayMove(rollout)) await judge(ports, rollout)
}

/** Nothing is written where nothing happened. */
function compared(progress: Progress, { upTo, ...events }: Troubles, tallies: Tallies): Progress {
  const { health } = progress
  if (!health) return { ...progress, health: noEvidence(upTo) }
  if (events.updated + events.others === 0) return progress
  return { ...progress, health: weighed(health, events, sidesOf(tallies), upTo) }
}

/** Until an attempt is settled or a rollout changes, or for ten seconds. */
async function news({ events, clock }: Pick<RolloutPorts, 'events' | 'clock'>, signal: AbortSignal): Promise<void> {
  const over = new AbortController()
  const until = AbortSignal.any([signal, over.signal])
  const heard = (async () => {
    for await (const event of events.listen(until)) if (wakes.has(event.kind)) return
  })()
  await Promise.race([heard, clock.sleep(roundMs, until).catch(() => undefined)])
  over.abort()
}

function mayMove({ plan, progress }: Order): boolean {
  if (statusOf(progress) !== 'running') return false
  if (plan.health) return true
  return mayGoOn(plan, progress)
}

async function judge(ports: RolloutPorts, { rollout: id, plan, progress: { health } }: Rollout): Promise<void> {
  const troubles = plan.health ? await ports.store.troubles(id, health?.from ?? null, health?.upTo ?? null) : null
  const tallies = await ports.store.tallies(id)
  // Where another fleet has counted them meanwhile, or somebody let it begin anew, they are looked for again next time.
  await goOn(packageBook(ports), id, tallies, ports.clock.now(), (progress) =>
    troubles && progress.health?.upTo === health?.upTo ? compared(progress, troubles, tallies) : progress,
  )
}
