import type { Clock, Files } from '@windlass/platform'
import {
  type Authority,
  certificateFacts,
  certificatesOf,
  issue,
  makeAuthority,
  pemBlocks,
  readRequest,
} from '@windlass/trust/certificates'

const year = 365 * 86_400_000
const authorityLifeMs = 30 * year
const certificateLifeMs = 2 * year

/** The unit's own certificate authority, kept on the main node; it signs what the unit's nodes show one another. */
export class UnitAuthority {
  readonly #authority: Authority
  readonly #clock: Clock

  private constructor(authority: Authority, clock: Clock) {
    this.#authority = authority
    this.#clock = clock
  }

  /** Made at the first start, in one file of a folder that only its owner reads. */
  static async open(files: Files, folder: string, systemId: string, clock: Clock): Promise<UnitAuthority> {
    await files.makeFolder(folder)
    await files.setMode(folder, 0o700)
    const path = `${folder}/unit-authority.pem`
    const kept = (await files.facts(path)) && new TextDecoder().decode(await files.readFile(path, 65_536))
    const [key] = pemBlocks(kept ?? '', 'PRIVATE KEY')
    const [certificate] = pemBlocks(kept ?? '', 'CERTIFICATE')
    if (key !== undefined && certificate !== undefined) return new UnitAuthority({ key, certificate }, clock)
    // Never the name of one that it signs for: a certificate whose issuer has its own name counts as self-signed.
    const authority = await makeAuthority(`Authority of unit ${systemId}`, clock.now(), authorityLifeMs)
    await files.replace(path, authority.key + authority.certificate, 0o600)
    return new UnitAuthority(authority, clock)
  }

  /** PEM. */
  get certificate(): string {
    return this.#authority.certificate
  }

  /**
   * Signs a node's request; whatever it says of itself, the certificate's name is the node's id (W22).
   * @returns the chain, the authority last
   */
  async issue(nodeId: string, csr: string): Promise<{ chain: string; notAfterMs: number }> {
    const request = await readRequest(csr)
    const wanted = { ...request, commonName: nodeId }
    const certificate = await issue(this.#authority, wanted, this.#clock.now(), certificateLifeMs)
    const { notAfterMs } = certificateFacts(certificatesOf(certificate)[0])
    return { chain: certificate + this.certificate, notAfterMs }
  }
}
