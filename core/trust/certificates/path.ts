import type { X509Certificate } from 'node:crypto'
import * as pkijs from 'pkijs'

/**
 * Why no path leads from the holder's certificate over the intermediates to one of the roots, with all of it valid at that
 * moment; undefined when one does.
 */
export async function pathProblem(
  holder: X509Certificate,
  {
    intermediates,
    roots,
    atMs,
  }: { intermediates: readonly X509Certificate[]; roots: readonly X509Certificate[]; atMs: number },
): Promise<string | undefined> {
  const isRoot = (one: X509Certificate) => roots.some((root) => root.raw.equals(one.raw))
  const at = new Date(atMs)
  const expected = `expected a chain from ${holder.subject} to a root, valid at ${at.toISOString()}`
  if (isRoot(holder)) return holder.validFromDate <= at && at <= holder.validToDate ? undefined : expected
  // The engine drops doubles and judges whichever certificate is then the last: without doubles that is the holder's.
  const others = distinct([...roots, ...intermediates]).filter((one) => !one.raw.equals(holder.raw))
  const engine = new pkijs.CertificateChainValidationEngine({
    trustedCerts: others.filter(isRoot).map(parsed),
    certs: [...others.filter((one) => !isRoot(one)), holder].map(parsed),
    checkDate: at,
  })
  const { result, resultMessage } = await engine.verify()
  return result ? undefined : `${expected}: ${resultMessage}`
}

function distinct(certificates: readonly X509Certificate[]): X509Certificate[] {
  return certificates.filter((one, at) => certificates.findIndex((other) => other.raw.equals(one.raw)) === at)
}

function parsed({ raw }: X509Certificate): pkijs.Certificate {
  return pkijs.Certificate.fromBER(new Uint8Array(raw))
}
