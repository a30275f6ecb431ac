import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sha256Of } from '@windlass/trust'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { metadataOf } from './metadata.ts'
import { measure } from './payload.ts'

const never = new AbortController().signal
const start = (dictionary: number) => {
  const bytes = Buffer.from('BITA1\0........', 'latin1')
  bytes.writeBigUInt64LE(BigInt(dictionary), 6)
  return bytes
}

describe('the digest of a delta header', () => {
  let folder: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'windlass-pack-'))
  })
  afterEach(() => rmSync(folder, { recursive: true }))

  const measured = (bytes: Uint8Array) => {
    writeFileSync(join(folder, 'rootfs.cba'), bytes)
    return measure(join(folder, 'rootfs.cba'), () => undefined, never)
  }

  it('is taken over the header and put into the metadata of raw-delta, and of nothing else', async () => {
    const header = Buffer.concat([start(100), Buffer.alloc(172, 7)])
    const payload = await measured(Buffer.concat([header, Buffer.alloc(50, 9)]))
    expect(payload.deltaHeader).toBe(sha256Of(header))
    const objects = (mode: 'raw' | 'raw-delta') => [{ mode, path: 'rootfs.cba', fields: { a: {}, b: {} } }]
    const metadata = (mode: 'raw' | 'raw-delta') =>
      JSON.stringify(
        metadataOf(
          { product: '', version: '', hardware: 'any', objects: objects(mode) },
          new Map([['rootfs.cba', payload]]),
        ),
      )
    expect(metadata('raw-delta')).toContain(`"header-sha256sum":"${sha256Of(header)}"`)
    expect(metadata('raw')).not.toContain('header')
  })

  it('is not looked for in other files, and missed where the header is not whole', async () => {
    expect((await measured(Buffer.from('BITA'))).deltaHeader).toBeUndefined()
    expect((await measured(Buffer.alloc(1000, 1))).deltaHeader).toBeUndefined()
    await expect(measured(Buffer.concat([start(100), Buffer.alloc(171)]))).rejects.toThrow('is the file whole?')
    await expect(measured(start(2 ** 40))).rejects.toThrow('is the file whole?')
  })
})
