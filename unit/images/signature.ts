import { constants, createVerify, type KeyObject, type X509Certificate } from 'node:crypto'
import type { BlobSource } from '@windlass/model/unit'
import { pathProblem } from '@windlass/trust/certificates'
import type { Trust } from '../ports.ts'
import { BlobError } from './blob-error.ts'
import { chainOf } from './chain.ts'

export type Signature = NonNullable<BlobSource['signature']>

/** Reads the clear bytes as they pass and judges them at the end. */
export interface SignatureCheck {
  update(bytes: Uint8Array): void
  /** @throws BlobError `signature` */
  verify(): Promise<void>
}

const hashes: Readonly<Record<string, string>> = {
  SHA256: 'sha256',
  SHA384: 'sha384',
  SHA512: 'sha512',
  'SHA512/224': 'sha512-224',
  'SHA512/256': 'sha512-256',
}
const form = /^(RSA|EC|ECDSA)(?:\/(SHA256|SHA384|SHA512\/224|SHA512\/256|SHA512))?(?:\/(PKCS1V1_5|PSS))?\/?$/

/**
 * A blob's signature by the certificates that came with the desired state (aoscore.md 8.4): the signing certificate's chain
 * must lead to `roots` (PEM), as of the moment the signature was made. @throws BlobError `signature`, `unsupported`
 */
export function createSignatureCheck(
  signature: Signature,
  trust: Trust,
  roots: readonly X509Certificate[],
): SignatureCheck {
  const { algorithm, chainName, value, trustedTimestampMs } = signature
  const { kind, hash, padding } = parse(algorithm)
  const [signer, ...intermediates] = chainOf(chainName, trust)
  if (!signer) throw new BlobError('signature', `expected a certificate in chain ${chainName}, found none`)
  const key = keyOf(signer, kind)
  const verifier = createVerify(hash)
  return {
    update(bytes) {
      verifier.update(bytes)
    },
    async verify() {
      if (!verifier.verify({ key, ...padding }, value))
        throw new BlobError('signature', `expected a signature by ${signer.subject}, got one that does not hold`)
      const problem = await pathProblem(signer, { intermediates, roots, atMs: trustedTimestampMs })
      if (problem !== undefined) throw new BlobError('signature', problem)
    },
  }
}

function parse(algorithm: string): {
  kind: 'rsa' | 'ec'
  hash: string
  padding: { padding?: number; saltLength?: number }
} {
  const [, family, hash = 'SHA256', scheme] = form.exec(algorithm.toUpperCase()) ?? []
  if (family === undefined) {
    throw new BlobError('unsupported', `expected RSA or EC with SHA256, SHA384 or SHA512, got ${algorithm}`)
  }
  const digest = hashes[hash] ?? 'sha256'
  if (family !== 'RSA') return { kind: 'ec', hash: digest, padding: {} }
  const padding =
    scheme === 'PSS'
      ? { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_AUTO }
      : { padding: constants.RSA_PKCS1_PADDING }
  return { kind: 'rsa', hash: digest, padding }
}

function keyOf(signer: X509Certificate, kind: 'rsa' | 'ec'): KeyObject {
  const came = signer.publicKey.asymmetricKeyType
  if (came === kind) return signer.publicKey
  throw new BlobError('signature', `expected a key of type ${kind} in ${signer.subject}, got ${came}`)
}
