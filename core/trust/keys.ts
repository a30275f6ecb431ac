import {
  constants,
  createPrivateKey,
  createPublicKey,
  generateKeyPair,
  type KeyObject,
  sign as signWith,
  verify as verifyWith,
} from 'node:crypto'
import { promisify } from 'node:util'
import { TrustError } from './trust-error.ts'

/*
 * RSASSA-PKCS1-v1_5 with SHA-256 over the raw metadata bytes (updatehub.md 3.3).
 */

const leastBits = 2048
const padding = constants.RSA_PKCS1_PADDING

/** Both as PEM: SubjectPublicKeyInfo and unencrypted PKCS#8. */
export interface Keys {
  publicKey: string
  privateKey: string
}

/** Makes an RSA key pair, 2048 bits or more; 4096 take some seconds. @throws TrustError `key_unusable` for fewer bits */
export async function generateKeys(bits = 4096): Promise<Keys> {
  if (bits < leastBits) throw unusable('a key', `${bits} bits`)
  return await promisify(generateKeyPair)('rsa', {
    modulusLength: bits,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  })
}

/** The signature as base64 on one line, padded. @throws TrustError `key_unusable` */
export function sign(privateKeyPem: string, bytes: Uint8Array): string {
  const key = read(privateKeyPem, 'a private key', /^(RSA )?PRIVATE KEY$/, createPrivateKey)
  return signWith('sha256', bytes, { key, padding }).toString('base64')
}

/** Whether the signature is this key's over these bytes. @throws TrustError `key_unusable`, whatever the signature */
export function verify(publicKeyPem: string, bytes: Uint8Array, signature: Uint8Array): boolean {
  const key = read(publicKeyPem, 'a public key', /^PUBLIC KEY$/, createPublicKey)
  return verifyWith('sha256', bytes, { key, padding }, signature)
}

/** The label is checked first: the library would also take a certificate, or a private key for a public one. */
function read(pem: string, what: string, label: RegExp, parse: (pem: string) => KeyObject): KeyObject {
  const came = /^-----BEGIN ([A-Z0-9 ]+)-----$/m.exec(pem.slice(0, 65536).replaceAll('\r', ''))?.[1]
  if (came === undefined) throw unusable(what, `${pem.length} characters without a PEM label`)
  if (!label.test(came)) throw unusable(what, `BEGIN ${came}`)
  const key = parsed(pem, what, came, parse)
  const bits = key.asymmetricKeyDetails?.modulusLength ?? 0
  if (key.asymmetricKeyType !== 'rsa') throw unusable(what, `a key of type ${key.asymmetricKeyType ?? 'unknown'}`)
  if (bits < leastBits) throw unusable(what, `${bits} bits`)
  return key
}

function parsed(pem: string, what: string, label: string, parse: (pem: string) => KeyObject): KeyObject {
  try {
    return parse(pem)
  } catch (cause) {
    throw unusable(what, `BEGIN ${label} with content that cannot be read`, { cause })
  }
}

function unusable(what: string, came: string, options?: ErrorOptions): TrustError {
  const form = what === 'a public key' ? 'PEM "BEGIN PUBLIC KEY"' : 'PEM "BEGIN PRIVATE KEY"'
  const expected = `RSA of at least ${leastBits} bits${what === 'a key' ? '' : `, ${form}`}`
  return new TrustError('key_unusable', `${what}: expected ${expected}, got ${came}`, options)
}
