import { createCipheriv, randomBytes } from 'node:crypto'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createDecrypter } from './decryption.ts'

const iv = Buffer.alloc(16, 7)
const key = (bits: number) => Buffer.alloc(bits / 8, 9)

function encrypted(mode: 'cbc' | 'gcm', bits: 128 | 192 | 256, clear: Uint8Array): Buffer {
  if (mode === 'cbc') {
    const cipher = createCipheriv(`aes-${bits}-cbc`, key(bits), iv)
    return Buffer.concat([cipher.update(clear), cipher.final()])
  }
  const cipher = createCipheriv(`aes-${bits}-gcm`, key(bits), iv)
  return Buffer.concat([cipher.update(clear), cipher.final(), cipher.getAuthTag()])
}

function decrypted(algorithm: string, bytes: Uint8Array, bits = 256, piece = 7): Buffer {
  const decrypter = createDecrypter({ algorithm, key: key(bits), iv })
  const clear: Uint8Array[] = []
  for (let at = 0; at < bytes.length; at += piece) clear.push(decrypter.update(bytes.subarray(at, at + piece)))
  return Buffer.concat([...clear, decrypter.final()])
}

const clear = Buffer.from('any bytes, in some number that fits no block')

describe('decryption', () => {
  it.each([
    ['AES256/CBC/pkcs7', 'cbc', 256],
    ['AES192/CBC/PKCS7', 'cbc', 192],
    ['AES128/CBC', 'cbc', 128],
    ['AES256', 'cbc', 256],
    ['aes256/cbc/PKCS7Padding', 'cbc', 256],
    ['AES256/GCM/', 'gcm', 256],
    ['AES128/GCM', 'gcm', 128],
  ] as const)('knows %s', (algorithm, mode, bits) => {
    expect(decrypted(algorithm, encrypted(mode, bits, clear), bits)).toEqual(clear)
  })

  it('gives back what was encrypted, however it comes in pieces', () => {
    const mode = fc.constantFrom('cbc' as const, 'gcm' as const)
    fc.assert(
      fc.property(mode, fc.uint8Array({ maxLength: 200 }), fc.integer({ min: 1, max: 64 }), (how, bytes, piece) => {
        const algorithm = how === 'cbc' ? 'AES256/CBC/pkcs7' : 'AES256/GCM/'
        expect(decrypted(algorithm, encrypted(how, 256, bytes), 256, piece)).toEqual(Buffer.from(bytes))
      }),
    )
  })

  it('refuses damaged padding, a damaged tag and a text that ends early', () => {
    const cbc = encrypted('cbc', 256, clear)
    const gcm = encrypted('gcm', 256, clear)
    const spoilt = (bytes: Buffer) => Buffer.concat([bytes.subarray(0, -1), Buffer.of((bytes.at(-1) ?? 0) ^ 1)])
    expect(() => decrypted('AES256/CBC/pkcs7', spoilt(cbc))).toThrow(
      'expected bytes that can be decrypted to their end',
    )
    expect(() => decrypted('AES256/CBC/pkcs7', cbc.subarray(0, -3))).toThrow('expected bytes that can be decrypted')
    expect(() => decrypted('AES256/GCM/', spoilt(gcm))).toThrow('expected bytes that can be decrypted')
    expect(() => decrypted('AES256/GCM/', gcm.subarray(0, 9))).toThrow('expected bytes that can be decrypted')
  })

  it('refuses other algorithms, and keys and vectors of other lengths', () => {
    const make = (algorithm: string, bits: number, vector: Buffer) => () =>
      createDecrypter({ algorithm, key: randomBytes(bits / 8), iv: vector })
    expect(make('DES/CBC/pkcs7', 256, iv)).toThrow('expected AES128, 192 or 256 in CBC with PKCS7 or in GCM, got DES')
    expect(make('AES256/CTR', 256, iv)).toThrow('got AES256/CTR')
    expect(make('AES256/CBC/zero', 256, iv)).toThrow('got AES256/CBC/zero')
    expect(make('AES256/CBC/pkcs7', 128, iv)).toThrow('expected a key of 256 bits for AES256/CBC/pkcs7, got 128')
    expect(make('AES256/CBC/pkcs7', 256, Buffer.alloc(12))).toThrow('expected an initial vector of 16 bytes, got 12')
    expect(make('AES256/GCM', 256, Buffer.alloc(0))).toThrow('expected an initial vector, got none')
  })
})
