import type { X509Certificate } from 'node:crypto'
import * as pkijs from 'pkijs'

/** What names a certificate, and how long it holds. `serial`: hexadecimal, lower case; `issuer`: the name in DER. */
export interface CertificateFacts {
  serial: string
  issuer: Uint8Array
  notAfterMs: number
  isSelfSigned: boolean
}

export function certificateFacts(certificate: X509Certificate): CertificateFacts {
  const { issuer } = pkijs.Certificate.fromBER(new Uint8Array(certificate.raw))
  return {
    serial: certificate.serialNumber.toLowerCase(),
    issuer: new Uint8Array(issuer.toSchema().toBER()),
    notAfterMs: Date.parse(certificate.validTo),
    isSelfSigned: certificate.checkIssued(certificate),
  }
}
