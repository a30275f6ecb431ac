import type { ErrorInfo } from './error-info.ts'
import type { NodeInfo } from './node.ts'

/*
 * What a unit's identity services say to one another (aoscore.md 1.8, 1.9). An empty `nodeId` means the one who is asked.
 */

/** `chain`: PEM, the holder's certificate first. An empty `subject`: the unit's system id. */
export type IdentityOrder = { nodeId: string } & (
  | { kind: 'start_provisioning' | 'finish_provisioning' | 'deprovision'; password: string }
  | { kind: 'cert_types' | 'pause' | 'resume' }
  | { kind: 'create_key'; type: string; subject: string; password: string }
  | { kind: 'apply_cert'; type: string; chain: string }
)

/** The answer to the order of the same kind. */
export type IdentityAnswer = { error?: ErrorInfo } & (
  | { kind: 'start_provisioning' | 'finish_provisioning' | 'deprovision' | 'pause' | 'resume' }
  | { kind: 'cert_types'; types: readonly string[] }
  | { kind: 'create_key'; nodeId: string; type: string; csr: string }
  | { kind: 'apply_cert'; nodeId: string; certificate: InstalledCertificate }
)

/** A secondary node's side of the stream: it tells about itself first and after every change, and answers orders. */
export type IdentityFact = { kind: 'node_info'; node: NodeInfo } | { kind: 'answer'; answer: IdentityAnswer }

/** Where a certificate and its key are. `serial`: hexadecimal; `issuer`: the name in DER. */
export interface InstalledCertificate {
  type: string
  certUrl: string
  keyUrl: string
  serial: string
  issuer: Uint8Array
}

export interface SystemInfo {
  systemId: string
  unitModel: string
  version: string
}
