import { X509Certificate } from 'node:crypto'
import { Certificate, CertificateChainValidationEngine } from 'pkijs'
import type { Trust } from '../ports.ts'
import { BlobError } from './blob-error.ts'

/** The certificates of a named chain, the signing one first. @throws BlobError `signature` */
export function chainOf(name: string, { certificates, chains }: Trust): X509Certificate[] {
  const chain = chains.find((one) => one.name === name)
  if (!chain) throw new BlobError('signature', `unknown chain name ${name}`)
  return chain.fingerprints.map((fingerprint) => {
    const wanted = fingerprint.toUpperCase()
    const found = certificates.find((one) => one.fingerprint.toUpperCase() === wanted)
    if (!found) throw new BlobError('signature', `expected certificate ${fingerprint} of chain ${name}, found none`)
    return certificateOf(found.der, fingerprint)
  })
}

function certificateOf(der: string, fingerprint: string): X509Certificate {
  try {
    return new X509Certificate(Buffer.from(der, 'base64'))
  } catch (cause) {
    throw new BlobError('signature', `expected a certificate in DER as ${fingerprint}, got something else`, { cause })
  }
}

/** @throws BlobError `signature` unless a path leads from the signer to a root, all of it valid at `atMs` */
export async function checkChain(
  signer: X509Certificate,
  intermediates: readonly X509Certificate[],
  roots: readonly X509Certificate[],
  atMs: number,
): Promise<void> {
  // The engine drops doubles and judges whichever certificate is then the last: without doubles that is the signer.
  const others = distinct([...roots, ...intermediates]).filter((one) => !one.raw.equals(signer.raw))
  const isRoot = (one: X509Certificate) => roots.some((root) => root.raw.equals(one.raw))
  const engine = new CertificateChainValidationEngine({
    trustedCerts: others.filter(isRoot).map(parsed),
    certs: [...others.filter((one) => !isRoot(one)), signer].map(parsed),
    checkDate: new Date(atMs),
  })
  const { result, resultMessage } = await engine.verify()
  if (result) return
  const at = new Date(atMs).toISOString()
  throw new BlobError(
    'signature',
    `expected a chain from ${signer.subject} to a root, valid at ${at}: ${resultMessage}`,
  )
}

function distinct(certificates: readonly X509Certificate[]): X509Certificate[] {
  return certificates.filter((one, at) => certificates.findIndex((other) => other.raw.equals(one.raw)) === at)
}

function parsed(certificate: X509Certificate): Certificate {
  return Certificate.fromBER(new Uint8Array(certificate.raw))
}
