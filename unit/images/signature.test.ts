import { describe, expect, it } from 'vitest'
import { afterValidity, certificate, duringValidity, fixture, type Name, signed, trustIn } from './sample-trust.ts'
import { createSignatureCheck, type Signature } from './signature.ts'

const message = new TextEncoder().encode(fixture('message'))
const roots = [certificate('root')]

/** Undefined when it holds, else why not. */
async function judge(
  signature: Signature,
  chain: readonly Name[],
  missing?: Name,
  trusted = roots,
): Promise<string | undefined> {
  try {
    const check = createSignatureCheck(signature, trustIn(chain, missing), trusted)
    for (let at = 0; at < message.length; at += 5) check.update(message.subarray(at, at + 5))
    await check.verify()
    return undefined
  } catch (error) {
    return String(error)
  }
}

function made(algorithm: string, file: string): Signature {
  const value = Buffer.from(fixture(file), 'base64')
  return { chainName: 'chain', algorithm, value, trustedTimestampMs: duringValidity }
}

describe('a signature', () => {
  it.each([
    ['RSA/SHA256/PKCS1v1_5', 'message.rsa-pkcs1', 'signer-rsa'],
    ['RSA/SHA256', 'message.rsa-pkcs1', 'signer-rsa'],
    ['RSA', 'message.rsa-pkcs1', 'signer-rsa'],
    ['RSA/SHA512/PSS', 'message.rsa-pss-sha512', 'signer-rsa'],
    ['EC/SHA256', 'message.ec', 'signer-ec'],
    ['ECDSA/sha256', 'message.ec', 'signer-ec'],
  ] as const)('%s made by OpenSSL holds', async (algorithm, file, signer) => {
    expect(await judge(made(algorithm, file), [signer, 'intermediate'])).toBeUndefined()
  })

  it('does not hold for another scheme, hash, key or message', async () => {
    const rsa = ['signer-rsa', 'intermediate'] as const
    expect(await judge(made('RSA/SHA256/PSS', 'message.rsa-pkcs1'), rsa)).toMatch('one that does not hold')
    expect(await judge(made('RSA/SHA384', 'message.rsa-pkcs1'), rsa)).toMatch('one that does not hold')
    expect(await judge(made('EC/SHA256', 'message.ec'), ['grandchild', 'signer-ec'])).toMatch('one that does not hold')
    expect(await judge(signed(message.subarray(1), 'signer-ec'), ['signer-ec'])).toMatch('one that does not hold')
  })

  it('is refused where algorithm and key do not agree, or nobody knows the algorithm', async () => {
    expect(await judge(made('EC/SHA256', 'message.ec'), ['signer-rsa'])).toMatch('expected a key of type ec')
    expect(await judge(made('RSA/MD5', 'message.ec'), ['signer-rsa'])).toMatch('expected RSA or EC with SHA256')
    expect(await judge(made('DSA/SHA256', 'message.ec'), ['signer-ec'])).toMatch('expected RSA or EC with SHA256')
  })
})

describe('a chain', () => {
  it('may leave out what a root vouches for, and may say things twice', async () => {
    const signature = signed(message, 'signer-ec')
    expect(await judge(signature, ['signer-ec', 'intermediate', 'root'])).toBeUndefined()
    expect(await judge(signature, ['signer-ec', 'intermediate', 'signer-ec', 'intermediate'])).toBeUndefined()
  })

  it('is judged at the moment of the signature, in both directions', async () => {
    const chain = ['signer-ec', 'intermediate'] as const
    expect(await judge(signed(message, 'signer-ec', duringValidity), chain)).toBeUndefined()
    expect(await judge(signed(message, 'signer-ec', afterValidity), chain)).toMatch('valid at 2026-06-01')
    expect(await judge(signed(message, 'signer-ec', Date.UTC(2023, 0)), chain)).toMatch('valid at 2023-01-01')
  })

  it('must be known, whole, and lead to a root', async () => {
    const signature = signed(message, 'signer-ec')
    expect(await judge({ ...signature, chainName: 'other' }, ['signer-ec'])).toMatch('unknown chain name other')
    expect(await judge(signature, ['signer-ec', 'intermediate'], 'intermediate')).toMatch('found none')
    expect(await judge(signature, [])).toMatch('expected a certificate in chain chain')
    expect(await judge(signature, ['signer-ec'])).toMatch('expected a chain from CN=signer-ec to a root')
    expect(await judge(signed(message, 'stranger'), ['stranger'])).toMatch('expected a chain from CN=stranger')
  })

  it('does not go through a certificate that may not vouch for others', async () => {
    const chain = ['grandchild', 'signer-ec', 'intermediate'] as const
    expect(await judge(signed(message, 'grandchild'), chain)).toMatch('expected a chain from CN=grandchild')
  })

  it('may be a root alone, while that is valid', async () => {
    const itself = [certificate('root'), certificate('stranger')]
    expect(await judge(signed(message, 'stranger'), ['stranger'], undefined, itself)).toBeUndefined()
    expect(await judge(signed(message, 'stranger', afterValidity), ['stranger'], undefined, itself)).toMatch(
      'valid at 2026',
    )
  })

  it('is that of the signer, whatever else is listed and how often', async () => {
    const good = ['signer-ec', 'intermediate'] as const
    for (const chain of [
      ['stranger', ...good],
      ['stranger', 'stranger', ...good],
      ['stranger', ...good, 'stranger'],
      ['stranger', 'stranger', 'root', ...good],
    ] as const)
      expect(await judge(signed(message, 'stranger'), chain)).toMatch('expected a chain from CN=stranger')
  })

  it('of one certificate that is no certificate is refused', () => {
    const trust = {
      certificates: [{ der: 'AAAA', fingerprint: 'aa' }],
      chains: [{ name: 'chain', fingerprints: ['AA'] }],
    }
    expect(() => createSignatureCheck(signed(message, 'signer-ec'), trust, roots)).toThrow('a certificate in DER as AA')
  })
})
