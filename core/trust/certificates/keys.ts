import { createPrivateKey, createPublicKey, generateKeyPair, type KeyObject, webcrypto } from 'node:crypto'
import { promisify } from 'node:util'
import { CertificateError } from './certificate-error.ts'

/** `ec`: P-256. `rsa`: 3072 bits. */
export type KeyKind = 'ec' | 'rsa'

/** A new private key: PEM, unencrypted PKCS#8. */
export async function newKey(kind: KeyKind): Promise<string> {
  const privateKeyEncoding = { type: 'pkcs8', format: 'pem' } as const
  const publicKeyEncoding = { type: 'spki', format: 'pem' } as const
  const make = promisify(generateKeyPair)
  const { privateKey } =
    kind === 'ec'
      ? await make('ec', { namedCurve: 'P-256', privateKeyEncoding, publicKeyEncoding })
      : await make('rsa', { modulusLength: 3072, privateKeyEncoding, publicKeyEncoding })
  return privateKey
}

/** The key's other half: DER, SubjectPublicKeyInfo. @throws CertificateError `unreadable` */
export function publicHalf(keyPem: string): Uint8Array {
  return createPublicKey(readKey(keyPem)).export({ type: 'spki', format: 'der' })
}

/** Both halves as WebCrypto wants them. @throws CertificateError `unreadable` */
export async function signingPair(keyPem: string): Promise<webcrypto.CryptoKeyPair> {
  const key = readKey(keyPem)
  const { subtle } = webcrypto
  const algorithm = algorithmOf(key)
  const pkcs8 = new Uint8Array(key.export({ type: 'pkcs8', format: 'der' }))
  const spki = new Uint8Array(createPublicKey(key).export({ type: 'spki', format: 'der' }))
  return {
    privateKey: await subtle.importKey('pkcs8', pkcs8, algorithm, false, ['sign']),
    publicKey: await subtle.importKey('spki', spki, algorithm, true, ['verify']),
  }
}

/** @throws CertificateError `unreadable` */
export async function publicKeyOf(spki: Uint8Array): Promise<webcrypto.CryptoKey> {
  const key = createPublicKey({ key: Buffer.from(spki), type: 'spki', format: 'der' })
  return webcrypto.subtle.importKey('spki', new Uint8Array(spki), algorithmOf(key), true, ['verify'])
}

function readKey(pem: string): KeyObject {
  try {
    return createPrivateKey(pem)
  } catch (cause) {
    throw new CertificateError('unreadable', 'expected a private key in PEM', { cause })
  }
}

function algorithmOf(key: KeyObject): webcrypto.EcKeyImportParams | webcrypto.RsaHashedImportParams {
  const curves: Readonly<Record<string, string>> = { prime256v1: 'P-256', secp384r1: 'P-384' }
  const namedCurve = curves[key.asymmetricKeyDetails?.namedCurve ?? '']
  if (key.asymmetricKeyType === 'ec' && namedCurve) return { name: 'ECDSA', namedCurve }
  const bits = key.asymmetricKeyDetails?.modulusLength ?? 0
  if (key.asymmetricKeyType === 'rsa' && bits >= 2048) return { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' }
  const came = `${key.asymmetricKeyType ?? 'an unknown kind'} ${bits || ''}`.trim()
  throw new CertificateError('unreadable', `expected a key on P-256 or P-384, or RSA of 2048 bits or more, got ${came}`)
}
