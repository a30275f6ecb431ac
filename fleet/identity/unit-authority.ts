import { createPublicKey, type X509Certificate } from 'node:crypto'
import { type Authority, CertificateError, issue, makeAuthority, readRequest } from '@windlass/trust/certificates'
import { FleetError } from '../fleet-error.ts'

const yearMs = 365 * 24 * 3600 * 1000
const authorityYears = 20
const unitYears = 2

/** The fleet's own certificate authority for units. */
export function newUnitAuthority(nowMs: number): Promise<Authority> {
  return makeAuthority('Windlass fleet', nowMs, authorityYears * yearMs)
}

/** Signs units' requests. The name in a request does not count: the certificate is for `systemId`, whoever wrote it. */
export class UnitAuthority {
  readonly #authority: Authority
  readonly #now: () => number

  constructor(authority: Authority, now: () => number) {
    this.#authority = authority
    this.#now = now
  }

  /** PEM. */
  get certificate(): string {
    return this.#authority.certificate
  }

  /** Whether its signature is this one's; OpenSSL has judged all else of it. */
  issued(certificate: X509Certificate): boolean {
    return certificate.verify(createPublicKey(this.#authority.certificate))
  }

  /** A chain in PEM, the unit's certificate first. @throws FleetError `request_invalid` */
  async issue(systemId: string, csr: string): Promise<string> {
    try {
      const { publicKey } = await readRequest(csr)
      const wanted = { commonName: systemId, dnsNames: [], publicKey }
      const certificate = await issue(this.#authority, wanted, this.#now(), unitYears * yearMs)
      return `${certificate.trimEnd()}\n${this.#authority.certificate}`
    } catch (cause) {
      if (!(cause instanceof CertificateError)) throw cause
      throw new FleetError('request_invalid', `csrs: ${cause.message}`, { cause })
    }
  }
}
