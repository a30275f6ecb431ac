import { describe, expect, it } from 'vitest'
import { sha256Of, verify } from './index.ts'
import { golden } from './test-files.ts'

describe('the golden package', () => {
  it('has the package uid of its 541 bytes of metadata', async () => {
    const metadata = await golden('golden.metadata.json')
    expect(metadata.length).toBe(541)
    expect(sha256Of(metadata)).toBe('4f9afe46bab04d535c83d33309609a1adcbc9a2d2a6753e57daf58144b1c9f71')
  })

  it('names its object by digest', () => {
    expect(sha256Of('1234567890')).toBe('c775e7b757ede630cd0aa1113bd102661ab38829ca52a6422ab782862f268646')
  })

  it('carries a signature that its key verifies over exactly these bytes', async () => {
    const key = await golden('golden.key.pub')
    const metadata = await golden('golden.metadata.json')
    const signature = Buffer.from((await golden('golden.signature')).toString(), 'base64')
    expect(verify(key.toString(), metadata, signature)).toBe(true)
    expect(verify(key.toString(), Buffer.concat([metadata, Buffer.from('\n')]), signature)).toBe(false)
    expect(verify(key.toString(), metadata, signature.subarray(1))).toBe(false)
    expect(verify(key.toString(), metadata, Buffer.alloc(0))).toBe(false)
  })
})
