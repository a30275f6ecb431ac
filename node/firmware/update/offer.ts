import { sha256Of } from '@windlass/trust'
import type { Offer } from './facts.ts'
import type { ProbeOutcome } from './ports.ts'

/** What a server offered, as the states keep it. @throws TypeError where the metadata is no UTF-8 */
export function offerOf(outcome: Extract<ProbeOutcome, { kind: 'offer' }>, address: string): Offer {
  const uid = sha256Of(outcome.metadata)
  return {
    uid,
    metadata: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(outcome.metadata),
    signature: outcome.signature,
    origin: { kind: 'server', address },
    again: outcome.retry === uid,
    metered: outcome.metered === uid,
  }
}
