import { generateKeyPairSync } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { generateKeys, sign, TrustError, verify } from './index.ts'

const bytes = Buffer.from('{"any": "metadata"}')

describe('keys', () => {
  it('signs on one line of padded base64 what the other half verifies', async () => {
    const { publicKey, privateKey } = await generateKeys(2048)
    expect(publicKey).toMatch(/^-----BEGIN PUBLIC KEY-----\n/)
    expect(privateKey).toMatch(/^-----BEGIN PRIVATE KEY-----\n/)
    const signature = sign(privateKey, bytes)
    expect(signature).toMatch(/^[A-Za-z0-9+/]{342}==$/)
    expect(sign(privateKey, bytes)).toBe(signature)
    expect(verify(publicKey, bytes, Buffer.from(signature, 'base64'))).toBe(true)
    expect(verify(publicKey, Buffer.from('{"other": "metadata"}'), Buffer.from(signature, 'base64'))).toBe(false)
  })

  it('reads a PKCS#1 private key too, and files with Windows line ends', () => {
    const { publicKey, privateKey } = generateKeyPairSync('rsa', {
      modulusLength: 2048,
      publicKeyEncoding: { type: 'spki', format: 'pem' },
      privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
    })
    const signature = Buffer.from(sign(privateKey, bytes), 'base64')
    expect(verify(publicKey.replaceAll('\n', '\r\n'), bytes, signature)).toBe(true)
  })

  it('makes no key below 2048 bits', async () => {
    await expect(generateKeys(1024)).rejects.toThrow('expected RSA of at least 2048 bits, got 1024 bits')
  })
})

const pem = (kind: 'spki' | 'pkcs1', bits: number) =>
  generateKeyPairSync('rsa', {
    modulusLength: bits,
    publicKeyEncoding: { type: kind, format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  })
const curve = generateKeyPairSync('ed25519', {
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
})

describe('a public key that cannot be used is refused, saying what came:', () => {
  const cases: [string, () => string, string][] = [
    ['nothing', () => '', 'got 0 characters without a PEM label'],
    ['text', () => 'ssh-rsa AAAA', 'got 12 characters without a PEM label'],
    ['PKCS#1', () => pem('pkcs1', 2048).publicKey, 'got BEGIN RSA PUBLIC KEY'],
    ['a private key', () => pem('spki', 2048).privateKey, 'got BEGIN PRIVATE KEY'],
    ['a certificate', () => '-----BEGIN CERTIFICATE-----\nMII=\n-----END CERTIFICATE-----\n', 'got BEGIN CERTIFICATE'],
    ['1024 bits', () => pem('spki', 1024).publicKey, 'got 1024 bits'],
    ['another algorithm', () => curve.publicKey, 'got a key of type ed25519'],
    ['garbage inside', () => '-----BEGIN PUBLIC KEY-----\nMII=\n-----END PUBLIC KEY-----\n', 'cannot be read'],
  ]
  it.each(cases)('%s', (_, make, came) => {
    const act = () => verify(make(), bytes, Buffer.alloc(256))
    expect(act).toThrow(TrustError)
    expect(act).toThrow(came)
    expect(act).toThrow(expect.objectContaining({ code: 'key_unusable' }))
  })

  it('and so is a private key of another kind', () => {
    expect(() => sign(curve.privateKey, bytes)).toThrow('got a key of type ed25519')
    expect(() => sign(curve.publicKey, bytes)).toThrow('got BEGIN PUBLIC KEY')
  })
})
