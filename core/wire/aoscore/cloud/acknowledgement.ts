import * as v from 'valibot'
import { anyCase } from '../../oci/document-schema.ts'
import { shape } from '../../updatehub/json-shape.ts'
import { type Envelope, encodeEnvelope, type Header } from './envelope.ts'

/*
 * ack and nack (aoscore.md 6.2): they carry the transaction id of the message they answer.
 */

/** `retryAfterMs`: when the message may come again. */
export type Acknowledgement = { kind: 'ack' } | { kind: 'nack'; retryAfterMs: number }

const nack = anyCase({ retryAfter: v.nullish(v.pipe(v.number(), v.minValue(0)), 500) })

export function encodeAck(header: Header): string {
  return encodeEnvelope(header, 'ack', {})
}

export function encodeNack(header: Header, retryAfterMs: number): string {
  return encodeEnvelope(header, 'nack', { retryAfter: Math.round(retryAfterMs) })
}

/** Undefined when the message is neither. @throws WireError */
export function decodeAcknowledgement({ messageType, data }: Envelope): Acknowledgement | undefined {
  if (messageType === 'ack') return { kind: 'ack' }
  if (messageType === 'nack') return { kind: 'nack', retryAfterMs: shape('nack', nack, data).retryAfter }
  return undefined
}
