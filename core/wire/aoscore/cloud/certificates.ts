import type { CloudOrder, UnitFact } from '@windlass/model/unit'
import * as v from 'valibot'
import { anyCase, maybe, present } from '../../oci/document-schema.ts'
import { shape } from '../../updatehub/json-shape.ts'
import type { Dialect } from './dialect.ts'
import { errorInfo } from './error-info.ts'
import { listOf } from './fields.ts'
import { asCodename, byCodename } from './identity.ts'
import { encodeTime, time } from './time.ts'

/*
 * Renewal of certificates (aoscore.md 6.5, 8.6). `unitSecrets` may be one node's secret, a list, or a map by node.
 */

type Renewal = Omit<CloudOrder & { kind: 'renew_certificates' }, 'kind'>
type Issued = (CloudOrder & { kind: 'issued_certificates' })['certificates']
type Requests = (UnitFact & { kind: 'issue_certificates' })['requests']
type Installed = (UnitFact & { kind: 'certificates_installed' })['certificates']

const nodeSecret = anyCase({ node: byCodename, secret: v.string() })
const secrets = v.union([
  v.pipe(
    nodeSecret,
    v.transform((one) => [one]),
  ),
  listOf(nodeSecret),
  v.pipe(
    v.record(v.string(), v.string()),
    v.transform((map) => Object.entries(map).map(([node, secret]) => ({ node, secret }))),
  ),
])
const renewal = v.pipe(
  anyCase({
    certificates: listOf(
      v.pipe(
        anyCase({ type: v.string(), node: byCodename, serial: maybe(v.string()), validTill: maybe(time) }),
        v.transform(({ type, node, serial, validTill }) =>
          present({ type, nodeId: node, serial, validTillMs: validTill }),
        ),
      ),
    ),
    unitSecrets: maybe(anyCase({ nodes: v.nullish(secrets, []) })),
  }),
  v.transform(
    ({ certificates, unitSecrets }): Renewal => ({
      certificates,
      secrets: Object.fromEntries((unitSecrets?.nodes ?? []).map(({ node, secret }) => [node, secret])),
    }),
  ),
)
const issued = anyCase({
  certificates: listOf(
    v.pipe(
      anyCase({ type: v.string(), node: byCodename, certificateChain: v.string() }),
      v.transform((o) => ({ type: o.type, nodeId: o.node, chain: o.certificateChain })),
    ),
  ),
})
const requested = anyCase({
  requests: listOf(
    v.pipe(
      anyCase({ type: v.string(), node: byCodename, csr: v.string() }),
      v.transform((o) => ({ type: o.type, nodeId: o.node, csr: o.csr })),
    ),
  ),
})
const installed = anyCase({
  certificates: listOf(
    v.pipe(
      anyCase({ type: v.string(), node: byCodename, serial: v.nullish(v.string(), ''), errorInfo }),
      v.transform((o) => present({ type: o.type, nodeId: o.node, serial: o.serial, error: o.errorInfo })),
    ),
  ),
})

/** @throws WireError */
export function decodeRenewal(data: unknown): Renewal {
  return shape('renewCertificatesNotification', renewal, data)
}

/** The schema has room for the secret of one node; several go as a list, which it does not know. */
export function encodeRenewal({ certificates, secrets: byNode }: Renewal, dialect: Dialect) {
  const nodes = Object.entries(byNode).map(([nodeId, secret]) => ({ node: asCodename(nodeId), secret }))
  return {
    certificates: certificates.map(({ type, nodeId, serial, validTillMs }) => ({
      type,
      node: asCodename(nodeId),
      serial,
      validTill: validTillMs === undefined ? undefined : encodeTime(validTillMs),
    })),
    unitSecrets: { version: 7, nodes: dialect === 'schema' && nodes.length === 1 ? nodes[0] : nodes },
  }
}

/** @throws WireError */
export function decodeIssued(data: unknown): Issued {
  return shape('issuedUnitCertificates', issued, data).certificates
}

export function encodeIssued(certificates: Issued) {
  return {
    certificates: certificates.map(({ type, nodeId, chain }) => ({
      type,
      node: asCodename(nodeId),
      certificateChain: chain,
    })),
  }
}

/** @throws WireError */
export function decodeIssueRequests(data: unknown): Requests {
  return shape('issueUnitCertificates', requested, data).requests
}

export function encodeIssueRequests(requests: Requests) {
  return { requests: requests.map(({ type, nodeId, csr }) => ({ type, node: asCodename(nodeId), csr })) }
}

/** @throws WireError */
export function decodeInstalled(data: unknown): Installed {
  return shape('installUnitCertificatesConfirmation', installed, data).certificates
}

export function encodeInstalled(certificates: Installed) {
  return {
    certificates: certificates.map(({ type, nodeId, serial, error }) => ({
      type,
      node: asCodename(nodeId),
      serial,
      errorInfo: error,
    })),
  }
}
