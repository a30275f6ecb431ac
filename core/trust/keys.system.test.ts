import { execFile } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect } from 'vitest'
import { generateKeys, sign, verify } from './index.ts'
import { golden, itWith, testFolder } from './test-files.ts'

const run = promisify(execFile)

async function opensslVerifies(key: string, metadata: Uint8Array, signature: string): Promise<string> {
  const folder = await testFolder()
  const [keyFile, dataFile, signatureFile] = [
    join(folder, 'key.pub'),
    join(folder, 'metadata'),
    join(folder, 'signature'),
  ]
  await writeFile(keyFile, key)
  await writeFile(dataFile, metadata)
  await writeFile(signatureFile, Buffer.from(signature, 'base64'))
  const { stdout } = await run('openssl', [
    'dgst',
    '-sha256',
    '-verify',
    keyFile,
    '-signature',
    signatureFile,
    dataFile,
  ])
  return stdout.trim()
}

describe('openssl', () => {
  itWith('openssl', 'verifies the golden signature', async () => {
    const [key, metadata, signature] = await Promise.all(
      ['golden.key.pub', 'golden.metadata.json', 'golden.signature'].map(async (name) => await golden(name)),
    )
    expect(await opensslVerifies(String(key), metadata ?? Buffer.alloc(0), String(signature))).toBe('Verified OK')
  })

  itWith('openssl', 'P2 verifies what we sign', async () => {
    const { publicKey, privateKey } = await generateKeys(2048)
    const metadata = await golden('golden.metadata.json')
    expect(await opensslVerifies(publicKey, metadata, sign(privateKey, metadata))).toBe('Verified OK')
  })

  itWith('openssl', 'makes keys, as the manual says to, with which we sign and verify', async () => {
    const folder = await testFolder()
    const [secret, open] = [join(folder, 'key'), join(folder, 'key.pub')]
    await run('openssl', ['genpkey', '-algorithm', 'RSA', '-pkeyopt', 'rsa_keygen_bits:2048', '-out', secret])
    await run('openssl', ['rsa', '-in', secret, '-pubout', '-out', open])
    const { stdout: privateKey } = await run('cat', [secret])
    const { stdout: publicKey } = await run('cat', [open])
    const signature = sign(privateKey, Buffer.from('bytes'))
    expect(verify(publicKey, Buffer.from('bytes'), Buffer.from(signature, 'base64'))).toBe(true)
  })
})
