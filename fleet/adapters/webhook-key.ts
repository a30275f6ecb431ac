import { createCipheriv, createDecipheriv } from 'node:crypto'
import { open, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Random } from '@windlass/platform'
import { StartError } from '../fleet-error.ts'
import type { Seal } from '../people/sealed-text.ts'

const [keyBytes, nonceBytes, tagBytes] = [32, 12, 16]

/** AES-256-GCM with a nonce of chance for each text: nonce, tag and cipher as base64url. */
export function sealWith(key: Uint8Array, random: Random): Seal {
  return {
    close(text) {
      const nonce = random.bytes(nonceBytes)
      const cipher = createCipheriv('aes-256-gcm', key, nonce)
      const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()])
      return Buffer.concat([nonce, cipher.getAuthTag(), sealed]).toString('base64url')
    },
    open(text) {
      const bytes = Buffer.from(text, 'base64url')
      const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, nonceBytes), { authTagLength: tagBytes })
      decipher.setAuthTag(bytes.subarray(nonceBytes, nonceBytes + tagBytes))
      return Buffer.concat([decipher.update(bytes.subarray(nonceBytes + tagBytes)), decipher.final()]).toString('utf8')
    },
  }
}

/** The key in a folder of this process alone, made where there is none; only its owner can read it. */
export async function keyIn(folder: string, random: Random): Promise<Uint8Array> {
  const path = join(folder, 'webhook-key')
  try {
    return keyOf(await readFile(path, 'utf8'), path)
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error
  }
  const key = random.bytes(keyBytes)
  const file = await open(path, 'wx', 0o600)
  try {
    await file.writeFile(`${Buffer.from(key).toString('base64url')}\n`)
    await file.sync()
  } finally {
    await file.close()
  }
  return key
}

/** @throws StartError `settings_invalid` */
export function keyOf(text: string, from: string): Uint8Array {
  const key = Buffer.from(text.trim(), 'base64')
  if (key.length === keyBytes) return key
  throw new StartError('settings_invalid', `${from}: expected ${keyBytes} bytes in base64, got ${key.length}`)
}
