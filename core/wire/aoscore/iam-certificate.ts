import type { InstalledCertificate } from '@windlass/model/unit'
import { message } from './codec.ts'
import { CertInfo, GetCertRequest, SubscribeCertChangedRequest } from './generated/iamanager/v6/iamanager.ts'

/** iamanager.v6 CertInfo (aoscore.md 1.9, GetCert). */
export const certInfo = message('CertInfo', CertInfo, encodeCertificate, (_, wire) => decodeCertificate(wire))

export function encodeCertificate({ serial, issuer, ...same }: InstalledCertificate): CertInfo {
  return { ...same, serial: Buffer.from(serial, 'hex'), issuer: Buffer.from(issuer) }
}

export function decodeCertificate({ serial, issuer, ...same }: CertInfo): InstalledCertificate {
  return { ...same, serial: serial.toString('hex'), issuer: new Uint8Array(issuer) }
}

/** Which certificate: the newest of its type without issuer and serial (hexadecimal). */
export interface CertificateQuestion {
  type: string
  issuer: Uint8Array
  serial: string
}

export const certQuestion = message(
  'GetCertRequest',
  GetCertRequest,
  ({ type, issuer, serial }: CertificateQuestion) => ({ type, issuer: Buffer.from(issuer), serial }),
  (_, { type, issuer, serial }): CertificateQuestion => ({ type, issuer: new Uint8Array(issuer), serial }),
)

export const certSubscription = message(
  'SubscribeCertChangedRequest',
  SubscribeCertChangedRequest,
  (type: string) => ({ type }),
  (_, { type }) => type,
)
