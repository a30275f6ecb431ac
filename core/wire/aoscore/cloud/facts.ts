import type { UnitFact } from '@windlass/model/unit'
import { WireError } from '../../wire-error.ts'
import { decodeAlerts, encodeAlerts } from './alerts.ts'
import { decodeRequestBlobUrls } from './blob-urls.ts'
import { decodeInstalled, decodeIssueRequests, encodeInstalled, encodeIssueRequests } from './certificates.ts'
import type { Dialect } from './dialect.ts'
import { decodeEnvVarsStatus, encodeEnvVarsStatus } from './env-vars.ts'
import { type Envelope, encodeEnvelope, type Header } from './envelope.ts'
import { decodePushLog, encodePushLog } from './logs.ts'
import { decodeMonitoring, encodeMonitoring } from './monitoring.ts'
import { decodeDone, decodeStarted, encodeDone, encodeStarted } from './provisioning.ts'
import { decodeStateRequest, decodeStateUpdate, encodeStateRequest, encodeStateUpdate } from './state.ts'
import { decodeUnitStatus, encodeUnitStatus } from './unit-status.ts'

type Kind = UnitFact['kind']
type Fact<K extends Kind> = UnitFact & { kind: K }
type Codec<K extends Kind> = {
  messageType: string
  encode(fact: Fact<K>, dialect: Dialect): object
  decode(data: unknown): Omit<Fact<K>, 'kind' | 'correlationId'>
}

/** What a unit sends, by the catalogue of aoscore.md 6.4. */
const codecs: { [K in Kind]: Codec<K> } = {
  unit_status: {
    messageType: 'unitStatus',
    encode: ({ status }) => encodeUnitStatus(status),
    decode: (data) => ({ status: decodeUnitStatus(data) }),
  },
  request_blob_urls: {
    messageType: 'requestBlobUrls',
    encode: ({ digests }) => ({ digests }),
    decode: (data) => ({ digests: decodeRequestBlobUrls(data) }),
  },
  alerts: {
    messageType: 'alerts',
    encode: ({ alerts }, dialect) => encodeAlerts(alerts, dialect),
    decode: (data) => ({ alerts: decodeAlerts(data) }),
  },
  monitoring: {
    messageType: 'monitoringData',
    encode: ({ monitoring }) => encodeMonitoring(monitoring),
    decode: (data) => ({ monitoring: decodeMonitoring(data) }),
  },
  new_state: { messageType: 'newState', encode: encodeStateUpdate, decode: decodeStateUpdate },
  state_request: { messageType: 'stateRequest', encode: encodeStateRequest, decode: decodeStateRequest },
  env_vars_status: {
    messageType: 'overrideEnvVarsStatus',
    encode: ({ statuses }, dialect) => encodeEnvVarsStatus(statuses, dialect),
    decode: (data) => ({ statuses: decodeEnvVarsStatus(data) }),
  },
  push_log: { messageType: 'pushLog', encode: encodePushLog, decode: decodePushLog },
  issue_certificates: {
    messageType: 'issueUnitCertificates',
    encode: ({ requests }) => encodeIssueRequests(requests),
    decode: (data) => ({ requests: decodeIssueRequests(data) }),
  },
  certificates_installed: {
    messageType: 'installUnitCertificatesConfirmation',
    encode: ({ certificates }) => encodeInstalled(certificates),
    decode: (data) => ({ certificates: decodeInstalled(data) }),
  },
  provisioning_started: {
    messageType: 'startProvisioningResponse',
    encode: encodeStarted,
    decode: decodeStarted,
  },
  provisioning_finished: { messageType: 'finishProvisioningResponse', encode: encodeDone, decode: decodeDone },
  deprovisioned: { messageType: 'deprovisioningResponse', encode: encodeDone, decode: decodeDone },
}

const kinds = new Map(Object.entries(codecs).map(([kind, { messageType }]) => [messageType, kind as Kind]))

/** A fact as JSON text. */
export function encodeFact(fact: UnitFact, header: Header, dialect: Dialect = 'schema'): string {
  const { messageType, encode } = codecs[fact.kind] as Codec<Kind>
  const correlationId = 'correlationId' in fact ? fact.correlationId : undefined
  return encodeEnvelope(header, messageType, { correlationId, ...encode(fact as never, dialect) })
}

/** @throws WireError; `unknown_type` for a message that no unit sends. A blob request without an id has the empty one */
export function decodeFact({ messageType, correlationId, data }: Envelope): UnitFact {
  const kind = kinds.get(messageType)
  if (kind === undefined) throw new WireError('unknown_type', `message: expected one of a unit's, got ${messageType}`)
  const content = { kind, ...codecs[kind].decode(data) }
  if (kind === 'push_log') return content as UnitFact // its part has the id
  const named = correlationId === undefined && kind === 'request_blob_urls' ? '' : correlationId
  return (named === undefined ? content : { ...content, correlationId: named }) as UnitFact
}
