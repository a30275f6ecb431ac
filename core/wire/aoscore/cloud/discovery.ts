import * as v from 'valibot'
import { anyCase, count } from '../../oci/document-schema.ts'
import { parseJson, shape } from '../../updatehub/json-shape.ts'
import { WireError } from '../../wire-error.ts'
import { protocolVersion } from './envelope.ts'
import { listOf } from './fields.ts'

/*
 * Service discovery (aoscore.md 6.1): where the unit's WebSocket is, and the token for it.
 */

export interface DiscoveryRequest {
  systemId: string
  supportedProtocols: readonly string[]
}

/** `redirect`: `connectionInfo` holds the new addresses. `repeat_later`: ask again after `nextRequestDelayMs`. */
export type DiscoveryOutcome = 'no_error' | 'redirect' | 'repeat_later' | 'error'

export interface DiscoveryAnswer {
  systemId: string
  outcome: DiscoveryOutcome
  nextRequestDelayMs: number
  /** Addresses of WebSockets, to be tried in order. */
  connectionInfo: readonly string[]
  authToken: string
}

const outcomes = ['no_error', 'redirect', 'repeat_later', 'error'] as const

const version = v.nullish(v.number(), protocolVersion)
const request = anyCase({ version, systemId: v.string(), supportedProtocols: listOf(v.string()) })
const answer = anyCase({
  version,
  systemId: v.nullish(v.string(), ''),
  nextRequestDelay: v.nullish(count, 0),
  connectionInfo: listOf(v.string()),
  authToken: v.nullish(v.string(), ''),
  errorCode: v.nullish(v.pipe(v.number(), v.picklist([0, 1, 2, 3])), 0),
})

export function encodeDiscoveryRequest({ systemId, supportedProtocols }: DiscoveryRequest): string {
  return JSON.stringify({ version: protocolVersion, systemId, supportedProtocols })
}

/** @throws WireError */
export function decodeDiscoveryRequest(bytes: string | Uint8Array): DiscoveryRequest {
  const { version: came, ...asked } = shape('discovery request', request, parseJson('discovery request', bytes))
  refuseOther(came)
  return asked
}

export function encodeDiscoveryAnswer(found: DiscoveryAnswer): string {
  const { systemId, outcome, nextRequestDelayMs, connectionInfo, authToken } = found
  return JSON.stringify({
    version: protocolVersion,
    systemId,
    nextRequestDelay: nextRequestDelayMs,
    connectionInfo,
    authToken,
    errorCode: outcomes.indexOf(outcome),
  })
}

/** @throws WireError */
export function decodeDiscoveryAnswer(bytes: string | Uint8Array): DiscoveryAnswer {
  const o = shape('discovery answer', answer, parseJson('discovery answer', bytes))
  refuseOther(o.version)
  return {
    systemId: o.systemId,
    outcome: outcomes[o.errorCode],
    nextRequestDelayMs: o.nextRequestDelay,
    connectionInfo: o.connectionInfo,
    authToken: o.authToken,
  }
}

function refuseOther(came: number): void {
  if (came !== protocolVersion) throw new WireError('wrong_version', `discovery: expected version 7, got ${came}`)
}
