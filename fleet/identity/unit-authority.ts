import 'reflect-metadata'
import { webcrypto } from 'node:crypto'
import * as x509 from '@peculiar/x509'
import { FleetError } from '../fleet-error.ts'

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const
const yearMs = 365 * 24 * 3600 * 1000
const authorityYears = 20
const unitYears = 2

/** The fleet's own certificate authority for units. PEM. */
export interface AuthorityKeys {
  certificate: string
  key: string
}

export async function newAuthority(nowMs: number, name: string): Promise<AuthorityKeys> {
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])
  const certificate = await x509.X509CertificateGenerator.createSelfSigned(
    {
      serialNumber: serial(),
      name: [{ O: ['Windlass'] }, { CN: [name] }],
      notBefore: new Date(nowMs - 3_600_000),
      notAfter: new Date(nowMs + authorityYears * yearMs),
      keys,
      signingAlgorithm: algorithm,
      extensions: [
        new x509.BasicConstraintsExtension(true, 0, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      ],
    },
    webcrypto as Crypto,
  )
  const key = await webcrypto.subtle.exportKey('pkcs8', keys.privateKey)
  return { certificate: certificate.toString('pem'), key: x509.PemConverter.encode(key, 'PRIVATE KEY') }
}

/** Signs units' requests. The name in a request does not count: the certificate is for `systemId`, whoever wrote it. */
export class UnitAuthority {
  readonly #keys: AuthorityKeys
  readonly #now: () => number

  constructor(keys: AuthorityKeys, now: () => number) {
    this.#keys = keys
    this.#now = now
  }

  get certificate(): string {
    return this.#keys.certificate
  }

  /** A chain in PEM, the unit's certificate first. @throws FleetError `request_invalid` */
  async issue(systemId: string, csr: string): Promise<string> {
    const request = await readRequest(csr)
    const issuer = new x509.X509Certificate(this.#keys.certificate)
    const signingKey = await webcrypto.subtle.importKey(
      'pkcs8',
      x509.PemConverter.decodeFirst(this.#keys.key),
      algorithm,
      false,
      ['sign'],
    )
    const now = this.#now()
    const certificate = await x509.X509CertificateGenerator.create(
      {
        serialNumber: serial(),
        subject: new x509.Name([{ CN: [systemId] }]).toString(),
        issuer: issuer.subject,
        notBefore: new Date(now - 3_600_000),
        notAfter: new Date(now + unitYears * yearMs),
        publicKey: request.publicKey,
        signingKey,
        signingAlgorithm: algorithm,
        extensions: [
          new x509.BasicConstraintsExtension(false, undefined, true),
          new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature | x509.KeyUsageFlags.keyEncipherment, true),
          new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.clientAuth]),
        ],
      },
      webcrypto as Crypto,
    )
    return `${certificate.toString('pem')}\n${this.#keys.certificate}`
  }
}

async function readRequest(csr: string): Promise<x509.Pkcs10CertificateRequest> {
  try {
    const request = new x509.Pkcs10CertificateRequest(csr)
    if (await request.verify(webcrypto as Crypto)) return request
  } catch (cause) {
    throw new FleetError('request_invalid', 'csrs: expected a certificate request in PEM', { cause })
  }
  throw new FleetError('request_invalid', 'csrs: expected a request signed with its own key')
}

/** Positive, 16 bytes. */
function serial(): string {
  const bytes = webcrypto.getRandomValues(new Uint8Array(16))
  bytes[0] = ((bytes[0] ?? 0) & 0x7f) | 0x40
  return Buffer.from(bytes).toString('hex')
}
