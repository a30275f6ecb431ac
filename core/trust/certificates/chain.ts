import type { X509Certificate } from 'node:crypto'
import * as pkijs from 'pkijs'
import { CertificateError } from './certificate-error.ts'
import { publicHalf } from './keys.ts'
import { certificatesOf } from './pem.ts'

/**
 * Judges a chain (PEM, the holder's certificate first) at a moment: a path leads to one of the roots (PEM), and the
 * holder's key is the one given. @returns the holder's certificate. @throws CertificateError
 */
export async function checkChain(
  chain: string,
  { roots, key, atMs }: { roots: string; key: string; atMs: number },
): Promise<X509Certificate> {
  const [holder, ...intermediates] = certificatesOf(chain)
  const own = publicHalf(key)
  if (!holder.publicKey.export({ type: 'spki', format: 'der' }).equals(own))
    throw new CertificateError('refused', `expected the certificate of our key, got that of another: ${holder.subject}`)
  const trusted = certificatesOf(roots)
  const engine = new pkijs.CertificateChainValidationEngine({
    trustedCerts: trusted.map(parsed),
    // The engine judges the last one.
    certs: [...intermediates.filter((one) => !trusted.some(({ raw }) => raw.equals(one.raw))), holder].map(parsed),
    checkDate: new Date(atMs),
  })
  const { result, resultMessage } = await engine.verify()
  if (result) return holder
  throw new CertificateError('refused', `expected a chain from ${holder.subject} to a root: ${resultMessage}`)
}

function parsed({ raw }: X509Certificate): pkijs.Certificate {
  return pkijs.Certificate.fromBER(new Uint8Array(raw))
}
