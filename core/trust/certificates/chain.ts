import type { X509Certificate } from 'node:crypto'
import { CertificateError } from './certificate-error.ts'
import { publicHalf } from './keys.ts'
import { pathProblem } from './path.ts'
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
  const problem = await pathProblem(holder, { intermediates, roots: certificatesOf(roots), atMs })
  if (problem === undefined) return holder
  throw new CertificateError('refused', problem)
}
