import type { Clock, Log } from '@windlass/platform'
import type { ProbeRequest } from '@windlass/wire/updatehub'
import { type Decision, decide } from '../desired-state/decide.ts'
import { givenTo } from '../desired-state/verdict.ts'
import { type Admission, refusalOf } from '../identity/admission.ts'
import { deviceId } from '../identity/device-id.ts'
import { phaseOf } from '../rollout/audience.ts'
import type { Openings } from '../rollout/openings.ts'
import { holdsPlace, minuteOf } from '../rollout/pace.ts'
import type { Attempt, Device, ReportEntry, Sight } from '../store/records.ts'
import type { Conclusion, Heard, Store } from '../store/store.ts'
import type { Events } from '../telemetry/events.ts'
import { afterOffer, afterProbe, concludedEntry } from './outcome.ts'
import { tellConcluded, tellHeard } from './tell.ts'

export interface HearingPorts {
  store: Store
  clock: Clock
  events: Events
  log: Log
  /** Who is taken in. Default: open. */
  admission?: Admission
  openings: Openings
}

/**
 * What a probe is answered. `retry`: this device failed with the package before and may try it once more. `metered`: it may
 * fetch the package over a link that costs.
 */
export type ProbeAnswer =
  | { kind: 'none' }
  | { kind: 'refused'; why: string }
  | { kind: 'wait'; seconds: number }
  | { kind: 'update'; uid: string; metadata: Uint8Array; signature: string; retry: boolean; metered: boolean }

type Heeded = Conclusion & { decision: Decision; heard: Heard; concluded: readonly Attempt[] }

/**
 * Remembers the device, settles what its version tells about an update under way, and says what it should run. `waits`: why
 * the package offered before waits on the device; `boot`: names the life of its kernel.
 */
export async function hearProbe(
  ports: HearingPorts,
  probe: ProbeRequest,
  said: { waits: string | null; boot: string | null } = { waits: null, boot: null },
): Promise<ProbeAnswer> {
  const at = ports.clock.now()
  const sight: Sight = { id: deviceId(probe.identity), facts: probe, at, by: 'probe', ...said }
  const heeded = await ports.store.observe(sight, null, (heard) => heed(ports, sight, heard))
  if (heeded.refused !== undefined) return { kind: 'refused', why: heeded.refused }
  tellHeard(ports, sight, heeded.heard, heeded.status)
  for (const attempt of heeded.concluded) tellConcluded(ports, attempt)
  return answer(ports.store, heeded.decision)
}

function heed({ openings, admission = 'open' }: HearingPorts, sight: Sight, heard: Heard): Heeded {
  const refused = refusalOf(heard, admission)
  if (refused !== undefined) {
    const decision = decide(heard, sight.at, { openings })
    return { decision, heard, concluded: [], attempts: [], reports: [], refused }
  }
  const concluded = afterProbe(heard.device, heard.attempts, sight.at)
  const attempts = merged(heard.attempts, concluded)
  const decision = decide({ ...heard, attempts }, sight.at, { openings })
  const status = concluded.at(-1)?.state
  return {
    decision,
    heard,
    concluded,
    attempts: merged(concluded, offered(sight, heard.device, decision, attempts)),
    reports: [...concluded.map(concludedEntry), ...restarts(sight, heard, concluded)],
    place: placeIn(sight, decision, attempts),
    ...(status && { status }),
  }
}

function offered(sight: Sight, device: Device, decision: Decision, attempts: readonly Attempt[]): Attempt[] {
  if (decision.answer !== 'offer') return []
  const { order } = decision
  const before = attempts.find((a) => a.package === order.package)
  const under = { rollout: order.rollout, phase: phaseOf(device, givenTo(attempts), order) }
  return [{ ...afterOffer(sight, order.package, order.version, before), under }]
}

/** A line of history where the device restarted although no update made it. */
function restarts({ at }: Sight, { restarted, news, attempts }: Heard, concluded: readonly Attempt[]): ReportEntry[] {
  const updating = attempts.some(({ state }) => state === 'updating')
  if (!restarted || news !== 'none' || updating || concluded.length > 0) return []
  const unsaid = { previousState: null, errorMessage: null, log: null }
  return [{ at, package: '', status: 'restarted', concluded: true, ...unsaid }]
}

/** The place that an offer takes in a rollout with a speed. */
function placeIn(sight: Sight, decision: Decision, attempts: readonly Attempt[]): Conclusion['place'] {
  if (decision.answer !== 'offer' || !decision.order.pace) return undefined
  const { rollout, pace, package: uid } = decision.order
  const before = attempts.find((a) => a.package === uid)
  return holdsPlace(before, sight.at) ? undefined : { rollout, seq: pace.seq, minute: minuteOf(sight.at) }
}

/** `over` replaces what stands for the same package in `base`. */
function merged(base: readonly Attempt[], over: readonly Attempt[]): Attempt[] {
  return [...base.filter((b) => !over.some((o) => o.package === b.package)), ...over]
}

async function answer(store: Store, decision: Decision): Promise<ProbeAnswer> {
  if (decision.answer === 'wait') return { kind: 'wait', seconds: decision.seconds }
  if (decision.answer === 'none') return { kind: 'none' }
  const kept = await store.package(decision.order.package)
  // A package may be removed once its rollout is stopped, which can happen between the two transactions.
  if (!kept) return { kind: 'none' }
  return {
    kind: 'update',
    uid: kept.uid,
    metadata: kept.metadata,
    signature: kept.signature,
    retry: decision.retry,
    metered: decision.order.metered,
  }
}
