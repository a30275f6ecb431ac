import { later, type Step } from '@windlass/machine'
import { sha256Of } from '@windlass/trust'
import { decodeMetadata } from '@windlass/wire/updatehub'
import { outcomes } from '../../telemetry/log-scope.ts'
import { reportUntold } from '../../telemetry/reporting.ts'
import { failureOf } from '../../update-error.ts'
import { cancelledOrFailed } from '../callback.ts'
import type { In } from '../diagram.ts'
import { offerOf } from '../offer.ts'
import type { Ports, ProbeOutcome } from '../ports.ts'

const hourSeconds = 3_600
const longestWaitSeconds = 30 * 24 * hourSeconds

/** Asks the server for an update. Alone it keeps asking; asked by somebody, it answers once. */
export async function probe({ asked }: In<'probe'>, p: Ports, { stop }: Step) {
  if (asked?.server) p.runtime.useServer(asked.server)
  if (!asked && (await cancelledOrFailed(p, 'probe', stop))) {
    await p.runtime.probed(p.clock.now())
    return { on: 'cancelled' } as const
  }
  const address = p.runtime.server(p.settings.serverAddress)
  try {
    const outcome = await p.server.probe(address, p.firmware, p.runtime.retries, stop)
    if (!asked) p.runtime.retries = 0
    await reportUntold(p, outcome.kind === 'offer' ? sha256Of(outcome.metadata) : null, stop)
    return await conclude(outcome, address, asked !== null, p)
  } catch (error) {
    if (asked || stop.aborted) throw error
    return retry(error, p)
  }
}

async function conclude(outcome: ProbeOutcome, address: string, asked: boolean, p: Ports) {
  if (outcome.kind === 'wait') {
    p.log.info(outcomes.wait, { seconds: outcome.seconds })
    if (asked) return { on: 'wait', seconds: outcome.seconds } as const
    const seconds = Math.min(Math.max(outcome.seconds, 1), longestWaitSeconds)
    return later(seconds * 1000, { on: 'again' } as const)
  }
  if (outcome.kind === 'none') {
    await p.runtime.probed(p.clock.now())
    p.log.info(outcomes.none)
    return { on: 'none' } as const
  }
  // Whoever asked learns at once that the offer is unreadable; alone, validation refuses it and tells the server why.
  if (asked) decodeMetadata(outcome.metadata)
  const offer = offerOf(outcome, address)
  await p.runtime.probed(p.clock.now())
  return { on: 'offered', offer } as const
}

function retry(error: unknown, p: Ports) {
  p.runtime.retries += 1
  const seconds = retrySeconds(p.runtime.retries, p.settings.polling.intervalMs)
  p.log.error(outcomes.failed, { why: failureOf(error).message })
  return later(seconds * 1000, { on: 'again' } as const)
}

/**
 * Seconds before the n-th retry in a row: 1, 2, 4 … 2048, then an hour; never longer than the polling interval
 * (updatehub.md 2.7).
 */
export function retrySeconds(n: number, intervalMs: number): number {
  const cap = Math.min(Math.max(Math.floor(intervalMs / 1000), 1), hourSeconds)
  return Math.min(2 ** Math.min(n - 1, 12), cap)
}
