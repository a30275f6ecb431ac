import type { FleetEvent, OperatorClient, RolloutCounts, RolloutDetail } from '@windlass/wire/operator'
import { command, type Io, type Result } from '../command.ts'
import { connect, fleetParam } from '../fleet/connect.ts'
import { shortId } from '../fleet/name.ts'
import { countsText, rolloutPage } from '../fleet/rollout-page.ts'
import { required, wholeNumber } from '../params.ts'

export const rolloutWatch = command({
  name: 'rollout watch',
  description: 'Follow a rollout until every device it reached is updated or has failed',
  params: { id: wholeNumber(required('<id>', 'number of the rollout')), fleet: fleetParam },
  async run({ id, fleet }, io) {
    const client = connect(fleet, io)
    const first = await client.rollout(id)
    const { next: _, devices: __, phases: ___, ...record } = first
    io.event(`${rolloutPage(first)}\n`, record)
    if (isOver(first)) return ended(first)
    const stop = new AbortController()
    try {
      return ended(await follow(client, first, io, AbortSignal.any([io.signal, stop.signal])))
    } finally {
      stop.abort()
    }
  },
})

async function follow(
  client: OperatorClient,
  from: RolloutDetail,
  io: Io,
  signal: AbortSignal,
): Promise<RolloutDetail> {
  let shown = countsText(from.counts)
  let now = from
  for await (const event of client.events(signal)) {
    const line = lineOf(event, from)
    if (line !== undefined) io.event(line, event)
    if (line === undefined && event.kind !== 'connected') continue
    now = await client.rollout(from.id)
    const counts = countsText(now.counts)
    if (counts !== shown) io.event(`          ${counts}`, { counts: now.counts })
    shown = counts
    if (isOver(now)) return now
  }
  signal.throwIfAborted()
  return now
}

/** What an event says about this rollout, or undefined when it is about something else. */
function lineOf(event: FleetEvent, { id, package: uid }: RolloutDetail): string | undefined {
  const time = event.at.slice(11, 19)
  if (event.kind === 'rollout' && event.rollout === id)
    return `${time}  rollout ${event.change}${because(event.detail ?? null)}`
  if (event.kind === 'report' && event.package === uid) {
    return `${time}  ${shortId(event.device)}  ${event.status}${because(event.errorMessage)}`
  }
  // That an attempt goes on is in its reports already.
  if (event.kind === 'attempt' && event.package === uid && !['pending', 'updating'].includes(event.state)) {
    return `${time}  ${shortId(event.device)}  ${event.state.replace('_', ' ')}${because(event.reason)}`
  }
  return undefined
}

function because(reason: string | null): string {
  return reason ? `: ${reason}` : ''
}

/** A rollout to a product never ends by itself: later devices get it too. What can be waited for is over before. */
function isOver({ status, counts }: RolloutDetail): boolean {
  if (status === 'aborted') return counts.updating === 0
  return counts.pending + counts.updating === 0 && counts.updated + unhappy(counts) > 0
}

function unhappy(counts: RolloutCounts): number {
  return counts.failed + counts.rolled_back
}

function ended(rollout: RolloutDetail): Result {
  const { next: _, devices, phases: __, ...record } = rollout
  const failures = devices.filter(({ state }) => state === 'failed' || state === 'rolled_back')
  const lines = failures.map(
    ({ device, state, reason }) => `${shortId(device)}  ${state.replace('_', ' ')}${because(reason)}`,
  )
  const aborted = rollout.status === 'aborted' ? ' (aborted)' : ''
  const page = [`Rollout ${rollout.id}${aborted}: ${countsText(rollout.counts)}.`, ...lines].join('\n')
  return { page, json: record, ...(unhappy(rollout.counts) > 0 ? { ending: 'no' as const } : {}) }
}
