import type { CloudOrder, UnitFact } from '@windlass/model/unit'
import * as v from 'valibot'
import { anyCase } from '../../oci/document-schema.ts'
import { shape } from '../../updatehub/json-shape.ts'
import { decodeStateIdent, encodeStateIdent, stateIdentFields } from './identity.ts'

/*
 * The state of an instance and its way between unit and cloud (aoscore.md 5.12, 6.5). Checksums are texts that each side
 * compares with its own: whoever answers repeats what it was sent.
 */

const stateUpdate = v.pipe(
  anyCase({ ...stateIdentFields, stateChecksum: v.string(), state: v.string() }),
  v.transform((o) => ({ ident: decodeStateIdent(o), checksum: o.stateChecksum, state: o.state })),
)
const stateRequest = v.pipe(
  anyCase({ ...stateIdentFields, default: v.boolean() }),
  v.transform((o) => ({ ident: decodeStateIdent(o), useDefault: o.default })),
)
const stateAcceptance = v.pipe(
  anyCase({
    ...stateIdentFields,
    checksum: v.nullish(v.string(), ''),
    result: v.picklist(['accepted', 'rejected']),
    reason: v.nullish(v.string(), ''),
  }),
  v.transform((o) => ({
    ident: decodeStateIdent(o),
    checksum: o.checksum,
    accepted: o.result === 'accepted',
    reason: o.reason,
  })),
)

type StateUpdate = Omit<UnitFact & { kind: 'new_state' }, 'kind'>
type StateRequest = Omit<UnitFact & { kind: 'state_request' }, 'kind'>
type StateAcceptance = Omit<CloudOrder & { kind: 'state_acceptance' }, 'kind'>

/** newState and updateState have one shape. */
export function encodeStateUpdate({ ident, checksum, state }: StateUpdate) {
  return { ...encodeStateIdent(ident), stateChecksum: checksum, state }
}

/** @throws WireError */
export function decodeStateUpdate(data: unknown): StateUpdate {
  return shape('state', stateUpdate, data)
}

export function encodeStateRequest({ ident, useDefault }: StateRequest) {
  return { ...encodeStateIdent(ident), default: useDefault }
}

/** @throws WireError */
export function decodeStateRequest(data: unknown): StateRequest {
  return shape('stateRequest', stateRequest, data)
}

export function encodeStateAcceptance({ ident, checksum, accepted, reason }: StateAcceptance) {
  return { ...encodeStateIdent(ident), checksum, result: accepted ? 'accepted' : 'rejected', reason }
}

/** @throws WireError */
export function decodeStateAcceptance(data: unknown): StateAcceptance {
  return shape('stateAcceptance', stateAcceptance, data)
}
