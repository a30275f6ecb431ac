import { randomBytes } from 'node:crypto'
import * as asn1js from 'asn1js'
import * as pkijs from 'pkijs'
import { newKey, publicKeyOf, signingPair } from './keys.ts'
import { alternativeNames, basicConstraints, commonName, extendedKeyUsage, keyUsage, oid } from './parts.ts'
import { fromPem, toPem } from './pem.ts'
import type { Requested } from './request.ts'

/** A certificate authority of our own: PEM. */
export interface Authority {
  key: string
  certificate: string
}

/** Clocks of devices are not always right: a certificate counts from a day before it was made. */
const early = 86_400_000
const signsCertificates = 0b0000_0110
const signsAndEncrypts = 0b1010_0000

/** A new authority that signs itself, for `lifeMs` from `nowMs`. */
export async function makeAuthority(name: string, nowMs: number, lifeMs: number): Promise<Authority> {
  const key = await newKey('ec')
  const { publicKey, privateKey } = await signingPair(key)
  const certificate = blank(nowMs, lifeMs)
  certificate.subject = commonName(name)
  certificate.issuer = commonName(name)
  certificate.extensions = [basicConstraints(true), keyUsage(signsCertificates)]
  await certificate.subjectPublicKeyInfo.importKey(publicKey)
  await certificate.sign(privateKey, 'SHA-256')
  return { key, certificate: toPem(certificate.toSchema().toBER(), 'CERTIFICATE') }
}

/** A certificate (PEM) for both ends of TLS. `publicKey`: DER, SubjectPublicKeyInfo. */
export async function issue(
  authority: Authority,
  wanted: Requested & { publicKey: Uint8Array },
  nowMs: number,
  lifeMs: number,
): Promise<string> {
  const { privateKey } = await signingPair(authority.key)
  const issuer = pkijs.Certificate.fromBER(fromPem(authority.certificate, 'CERTIFICATE'))
  const certificate = blank(nowMs, lifeMs)
  certificate.subject = commonName(wanted.commonName)
  certificate.issuer = issuer.subject
  certificate.extensions = [
    basicConstraints(false),
    keyUsage(signsAndEncrypts),
    extendedKeyUsage([oid.serverAuth, oid.clientAuth]),
    ...alternativeNames(wanted.dnsNames),
  ]
  await certificate.subjectPublicKeyInfo.importKey(await publicKeyOf(wanted.publicKey))
  await certificate.sign(privateKey, 'SHA-256')
  return toPem(certificate.toSchema().toBER(), 'CERTIFICATE')
}

function blank(nowMs: number, lifeMs: number): pkijs.Certificate {
  return new pkijs.Certificate({
    version: 2,
    serialNumber: serialNumber(),
    notBefore: time(nowMs - early),
    notAfter: time(nowMs + lifeMs),
  })
}

/** UTCTime up to 2049, then GeneralizedTime, in whole seconds (RFC 5280, 4.1.2.5). */
function time(ms: number): pkijs.Time {
  const value = new Date(Math.floor(ms / 1000) * 1000)
  return new pkijs.Time({ type: value.getUTCFullYear() < 2050 ? 0 : 1, value })
}

/** 16 bytes, positive, the first not zero. */
function serialNumber(): asn1js.Integer {
  const bytes = new Uint8Array(randomBytes(16))
  bytes[0] = ((bytes[0] ?? 0) & 0x3f) | 0x40
  return new asn1js.Integer({ valueHex: bytes.buffer })
}
