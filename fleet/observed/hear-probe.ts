import type { Clock, Log } from '@windlass/platform'
import type { ProbeRequest } from '@windlass/wire/updatehub'
import { type Decision, decide } from '../desired-state/decide.ts'
import { type Admission, refusalOf } from '../identity/admission.ts'
import { deviceId } from '../identity/device-id.ts'
import type { Attempt, Sight } from '../store/records.ts'
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
 * the package offered before waits on the device.
 */
export async function hearProbe(
  ports: HearingPorts,
  probe: ProbeRequest,
  waits: string | null = null,
): Promise<ProbeAnswer> {
  const at = ports.clock.now()
  const sight: Sight = { id: deviceId(probe.identity), facts: probe, at, by: 'probe', waits }
  const heeded = await ports.store.observe(sight, null, (heard) => heed(sight, heard, ports.admission ?? 'open'))
  if (heeded.refused !== undefined) return { kind: 'refused', why: heeded.refused }
  tellHeard(ports, sight, heeded.heard, heeded.status)
  for (const attempt of heeded.concluded) tellConcluded(ports, attempt)
  return answer(ports.store, heeded.decision)
}

function heed(sight: Sight, heard: Heard, admission: Admission): Heeded {
  const refused = refusalOf(heard, admission)
  if (refused !== undefined)
    return { decision: decide(heard, sight.at), heard, concluded: [], attempts: [], reports: [], refused }
  const concluded = afterProbe(heard.device, heard.attempts, sight.at)
  const attempts = merged(heard.attempts, concluded)
  const decision = decide({ ...heard, attempts }, sight.at)
  const status = concluded.at(-1)?.state
  return {
    decision,
    heard,
    concluded,
    attempts: merged(concluded, offered(sight, decision, attempts)),
    reports: concluded.map(concludedEntry),
    ...(status && { status }),
  }
}

function offered(sight: Sight, decision: Decision, attempts: readonly Attempt[]): Attempt[] {
  if (decision.answer !== 'offer') return []
  const { package: uid, version } = decision.order
  const before = attempts.find((a) => a.package === uid)
  return [afterOffer(sight, uid, version, before)]
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
