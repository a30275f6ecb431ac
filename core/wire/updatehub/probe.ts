import * as v from 'valibot'
import { parseJson, shape } from './json-shape.ts'

/** Values of one identity or attribute key: one string, or several, sorted (updatehub.md 4.3). */
export type Pairs = Readonly<Record<string, string | readonly string[]>>

/** Who asks and what it runs now (updatehub.md 3.2). */
export interface FirmwareFacts {
  productUid: string
  version: string
  hardware: string
  identity: Pairs
  attributes: Pairs
}

/** A device's question: is there an update for me? */
export interface ProbeRequest extends FirmwareFacts {
  /** Failed probes in a row before this one: header `Api-Retries`, or body key `retries` of version 1 agents. */
  retries: number
}

// Null stands for absent: agents of other hands write empty things that way.
const pairs = v.nullish(v.record(v.string(), v.union([v.string(), v.array(v.string())])), {})
export const firmwareFields = {
  'product-uid': v.string(),
  version: v.nullish(v.string(), ''),
  hardware: v.nullish(v.string(), ''),
  'device-identity': pairs,
  'device-attributes': pairs,
}
const body = v.object({ ...firmwareFields, retries: v.nullish(v.number(), 0) })

/** The five keys every agent request carries, keys of the maps sorted. */
export function encodeFirmware(f: FirmwareFacts): Record<string, unknown> {
  return {
    'product-uid': f.productUid,
    version: f.version,
    hardware: f.hardware,
    'device-identity': sorted(f.identity),
    'device-attributes': sorted(f.attributes),
  }
}

export function decodeFirmware(o: v.InferOutput<typeof body>): FirmwareFacts {
  return {
    productUid: o['product-uid'],
    version: o.version,
    hardware: o.hardware,
    identity: o['device-identity'],
    attributes: o['device-attributes'],
  }
}

export function encodeProbe(f: FirmwareFacts): string {
  return JSON.stringify(encodeFirmware(f))
}

/** Reads `POST /upgrades`; `apiRetries` is the header, which wins over the body's key. @throws WireError */
export function decodeProbe(bytes: string | Uint8Array, apiRetries?: string): ProbeRequest {
  const o = shape('probe', body, parseJson('probe', bytes))
  const header = apiRetries === undefined ? Number.NaN : Number(apiRetries)
  return { ...decodeFirmware(o), retries: Number.isSafeInteger(header) && header >= 0 ? header : o.retries }
}

function sorted(map: Pairs): Pairs {
  return Object.fromEntries(Object.entries(map).sort(([x], [y]) => (x < y ? -1 : 1)))
}
