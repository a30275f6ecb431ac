import type { CloudOrder } from '@windlass/model/unit'
import { WireError } from '../../wire-error.ts'
import { decodeBlobUrls, encodeBlobUrls } from './blob-urls.ts'
import { decodeIssued, decodeRenewal, encodeIssued, encodeRenewal } from './certificates.ts'
import { decodeDesiredState, encodeDesiredState } from './desired-status.ts'
import type { Dialect } from './dialect.ts'
import { decodeOverrideEnvVars, encodeOverrideEnvVars } from './env-vars.ts'
import { type Envelope, encodeEnvelope, type Header } from './envelope.ts'
import { decodeRequestLog, encodeRequestLog } from './logs.ts'
import { decodeFinish, decodeNodePassword, encodeFinish, encodeNodePassword } from './provisioning.ts'
import { decodeStateAcceptance, decodeStateUpdate, encodeStateAcceptance, encodeStateUpdate } from './state.ts'

type Kind = CloudOrder['kind']
type Order<K extends Kind> = CloudOrder & { kind: K }
type Codec<K extends Kind> = {
  messageType: string
  encode(order: Order<K>, dialect: Dialect): object
  decode(data: unknown): Omit<Order<K>, 'kind' | 'correlationId'>
}

/** What the cloud sends, by the catalogue of aoscore.md 6.4. */
const codecs: { [K in Kind]: Codec<K> } = {
  desired_state: {
    messageType: 'desiredStatus',
    encode: ({ desired }) => encodeDesiredState(desired),
    decode: (data) => ({ desired: decodeDesiredState(data) }),
  },
  blob_urls: {
    messageType: 'blobUrls',
    encode: ({ sources }, dialect) => encodeBlobUrls(sources, dialect),
    decode: (data) => ({ sources: decodeBlobUrls(data) }),
  },
  override_env_vars: {
    messageType: 'overrideEnvVars',
    encode: ({ items }) => encodeOverrideEnvVars(items),
    decode: (data) => ({ items: decodeOverrideEnvVars(data) }),
  },
  request_log: {
    messageType: 'requestLog',
    encode: ({ log }) => encodeRequestLog(log),
    decode: (data) => ({ log: decodeRequestLog(data) }),
  },
  state_acceptance: {
    messageType: 'stateAcceptance',
    encode: encodeStateAcceptance,
    decode: decodeStateAcceptance,
  },
  update_state: { messageType: 'updateState', encode: encodeStateUpdate, decode: decodeStateUpdate },
  renew_certificates: { messageType: 'renewCertificatesNotification', encode: encodeRenewal, decode: decodeRenewal },
  issued_certificates: {
    messageType: 'issuedUnitCertificates',
    encode: ({ certificates }) => encodeIssued(certificates),
    decode: (data) => ({ certificates: decodeIssued(data) }),
  },
  start_provisioning: {
    messageType: 'startProvisioningRequest',
    encode: encodeNodePassword,
    decode: decodeNodePassword,
  },
  finish_provisioning: { messageType: 'finishProvisioningRequest', encode: encodeFinish, decode: decodeFinish },
  deprovision: { messageType: 'deprovisioningRequest', encode: encodeNodePassword, decode: decodeNodePassword },
}

const kinds = new Map(Object.entries(codecs).map(([kind, { messageType }]) => [messageType, kind as Kind]))

/** An order as JSON text. */
export function encodeOrder(order: CloudOrder, header: Header, dialect: Dialect = 'schema'): string {
  const { messageType, encode } = codecs[order.kind] as Codec<Kind>
  const correlationId = 'correlationId' in order ? order.correlationId : undefined
  return encodeEnvelope(header, messageType, { correlationId, ...encode(order as never, dialect) })
}

/** @throws WireError; `unknown_type` for a message that no cloud sends. A log request without an id has the empty one */
export function decodeOrder({ messageType, correlationId, data }: Envelope): CloudOrder {
  const kind = kinds.get(messageType)
  if (kind === undefined)
    throw new WireError('unknown_type', `message: expected one of the cloud's, got ${messageType}`)
  const named = correlationId === undefined && kind === 'request_log' ? '' : correlationId
  const order = { kind, ...(named !== undefined && { correlationId: named }), ...codecs[kind].decode(data) }
  return order as CloudOrder
}
