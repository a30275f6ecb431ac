import * as v from 'valibot'
import { anyCase, maybe } from '../../oci/document-schema.ts'
import { parseJson, shape } from '../../updatehub/json-shape.ts'
import { WireError } from '../../wire-error.ts'
import { encodeTime, time } from './time.ts'

/*
 * The envelope of version 7 (aoscore.md 6.2): `{"header": {…}, "data": {"messageType": …, …}}`.
 */

export const protocolVersion = 7

/** `txn`: new for each message, the same when it is sent again; what acknowledgements answer to. */
export interface Header {
  systemId: string
  createdAtMs: number
  txn: string
}

/** A message whose header holds; its data is still to be read. */
export interface Envelope {
  header: Header
  messageType: string
  correlationId?: string
  data: unknown
}

const envelope = anyCase({
  header: anyCase({
    version: v.nullish(v.number(), protocolVersion),
    systemId: v.string(),
    createdAt: maybe(time),
    txn: v.pipe(v.string(), v.minLength(1, 'a transaction id'), v.maxLength(256, 'at most 256 characters')),
  }),
  data: v.pipe(
    v.looseObject({}),
    v.check((data) => !Array.isArray(data), 'an object'),
  ),
})
const typed = anyCase({ messageType: v.string(), correlationId: maybe(v.string()) })

/** Reads the header and the message's type. @throws WireError; `wrong_version` when the version is not 7 */
export function decodeEnvelope(bytes: string | Uint8Array): Envelope {
  const { header, data } = shape('message', envelope, parseJson('message', bytes))
  if (header.version !== protocolVersion)
    throw new WireError('wrong_version', `message.header.version: expected 7, got ${header.version}`)
  const { messageType, correlationId } = shape('message.data', typed, data)
  return {
    header: { systemId: header.systemId, createdAtMs: header.createdAt ?? 0, txn: header.txn },
    messageType,
    ...(correlationId !== undefined && { correlationId }),
    data,
  }
}

export function encodeEnvelope(header: Header, messageType: string, data: object): string {
  const { systemId, createdAtMs, txn } = header
  return JSON.stringify({
    header: { version: protocolVersion, systemId, createdAt: encodeTime(createdAtMs), txn },
    data: { messageType, ...data },
  })
}
