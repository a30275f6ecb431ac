import { createPrivateKey, sign, X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { Trust } from '../ports.ts'

/** The certificates of `fixtures/certificates`: all signers expired at the end of 2025. */
export type Name = 'root' | 'intermediate' | 'signer-rsa' | 'signer-ec' | 'grandchild' | 'stranger'

export function fixture(name: string): string {
  return readFileSync(new URL(`fixtures/certificates/${name}`, import.meta.url), 'utf8')
}

export function certificate(name: Name): X509Certificate {
  return new X509Certificate(fixture(`${name}.pem`))
}

export function fingerprint(name: Name): string {
  return certificate(name).fingerprint256.replaceAll(':', '')
}

/** One chain, under the name `chain`. Each listed certificate comes along, unless it is `missing`. */
export function trustIn(chain: readonly Name[], missing?: Name): Trust {
  const certificates = chain
    .filter((name) => name !== missing)
    .map((name) => ({ der: certificate(name).raw.toString('base64'), fingerprint: fingerprint(name).toLowerCase() }))
  return { certificates, chains: [{ name: 'chain', fingerprints: chain.map(fingerprint) }] }
}

export const duringValidity = Date.UTC(2025, 5, 1)
export const afterValidity = Date.UTC(2026, 5, 1)

export function signed(bytes: Uint8Array, by: Name, atMs = duringValidity, chainName = 'chain') {
  const key = createPrivateKey(fixture(`${by}.key`))
  const algorithm = key.asymmetricKeyType === 'rsa' ? 'RSA/SHA256/PKCS1v1_5' : 'EC/SHA256'
  return { chainName, algorithm, value: sign('sha256', bytes, key), trustedTimestampMs: atMs }
}
