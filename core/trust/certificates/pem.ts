import { X509Certificate } from 'node:crypto'
import { CertificateError } from './certificate-error.ts'

const longest = 262_144
const block = /-----BEGIN ([A-Z0-9 ]+)-----[\s\S]*?-----END \1-----/g

/** The blocks of a PEM text that bear this label, in their order, without what stands around them. */
export function pemBlocks(pem: string, label: string): readonly string[] {
  if (pem.length > longest)
    throw new CertificateError('unreadable', `expected at most ${longest} characters of PEM, got ${pem.length}`)
  return [...pem.matchAll(block)].flatMap(([whole, name]) => (name === label ? [`${whole}\n`] : []))
}

/** @throws CertificateError `unreadable` unless there is at least one certificate, and each can be read */
export function certificatesOf(pem: string): readonly [X509Certificate, ...X509Certificate[]] {
  const [first, ...others] = pemBlocks(pem, 'CERTIFICATE').map(parsed)
  if (!first) throw new CertificateError('unreadable', 'expected a certificate in PEM, got none')
  return [first, ...others]
}

function parsed(pem: string): X509Certificate {
  try {
    return new X509Certificate(pem)
  } catch (cause) {
    throw new CertificateError('unreadable', 'expected a certificate in PEM, got one that cannot be read', { cause })
  }
}

export function toPem(der: ArrayBuffer | Uint8Array, label: string): string {
  const lines = Buffer.from(der instanceof ArrayBuffer ? new Uint8Array(der) : der)
    .toString('base64')
    .match(/.{1,64}/g)
  return `-----BEGIN ${label}-----\n${(lines ?? []).join('\n')}\n-----END ${label}-----\n`
}

/** The bytes of the first block with this label. @throws CertificateError `unreadable` */
export function fromPem(pem: string, label: string): Uint8Array<ArrayBuffer> {
  const [first] = pemBlocks(pem, label)
  if (!first) throw new CertificateError('unreadable', `expected PEM "BEGIN ${label}", got none`)
  return new Uint8Array(Buffer.from(first.replace(/-----[^-]+-----/g, ''), 'base64'))
}
