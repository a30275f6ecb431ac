import * as v from 'valibot'
import { parseJson, shape } from '../updatehub/json-shape.ts'

/*
 * How a unit becomes known to its fleet: `POST /enrolment` with a claim token that an operator made for it. Ours; AosCore
 * leaves this to the factory's provisioning tool. Keys never leave the unit: it sends requests and gets chains.
 */

export const enrolmentPath = '/enrolment'
const mostBytes = 65_536

/** `type`: `online` or `offline`; `csr`: PEM. */
export interface Enrolment {
  claimToken: string
  systemId: string
  model: string
  csrs: readonly { type: string; csr: string }[]
}

/** `chain`: PEM, the unit's certificate first. `discoveryUrl`: where the unit asks for its WebSocket (aoscore.md 6.1). */
export interface Enrolled {
  chains: readonly { type: string; chain: string }[]
  discoveryUrl: string
}

const name = v.pipe(v.string(), v.minLength(1, 'a text that is not empty'), v.maxLength(256, 'at most 256 characters'))
const pem = v.pipe(v.string(), v.maxLength(mostBytes, `at most ${mostBytes} characters`))
const few = <S extends v.GenericSchema>(entry: S) => v.pipe(v.array(entry), v.maxLength(16, 'at most 16 entries'))
const enrolment = v.object({
  claimToken: name,
  systemId: name,
  model: name,
  csrs: few(v.object({ type: name, csr: pem })),
})
const enrolled = v.object({
  chains: few(v.object({ type: name, chain: pem })),
  discoveryUrl: v.pipe(v.string(), v.url('an address')),
})

export function encodeEnrolment({ claimToken, systemId, model, csrs }: Enrolment): string {
  return JSON.stringify({ claimToken, systemId, model, csrs })
}

/** @throws WireError */
export function decodeEnrolment(bytes: string | Uint8Array): Enrolment {
  return shape('enrolment', enrolment, parseJson('enrolment', bytes))
}

export function encodeEnrolled({ chains, discoveryUrl }: Enrolled): string {
  return JSON.stringify({ chains, discoveryUrl })
}

/** @throws WireError */
export function decodeEnrolled(bytes: string | Uint8Array): Enrolled {
  return shape('enrolment answer', enrolled, parseJson('enrolment answer', bytes))
}
