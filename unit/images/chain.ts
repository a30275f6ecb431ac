import { X509Certificate } from 'node:crypto'
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
