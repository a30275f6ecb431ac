import { createHash } from 'node:crypto'

/** How the other side writes checksums of states: AosCore's programs and their schema do not agree (aoscore.md 5.12). */
export interface ChecksumForm {
  hash: 'sha3-224' | 'sha256'
  text: 'hex' | 'base64'
}

export const defaultForm: ChecksumForm = { hash: 'sha3-224', text: 'hex' }

const bytes: Readonly<Record<number, ChecksumForm['hash']>> = { 28: 'sha3-224', 32: 'sha256' }

/** By its length; undefined when it is no checksum that we know. */
export function formOf(checksum: string): ChecksumForm | undefined {
  const text = /^([0-9a-f]{2})+$/i.test(checksum) ? 'hex' : 'base64'
  const hash = bytes[Buffer.from(checksum, text).length]
  return hash && { hash, text }
}

export function checksumOf(content: Uint8Array, { hash, text }: ChecksumForm): string {
  return createHash(hash).update(content).digest(text)
}

export function isChecksumOf(checksum: string, content: Uint8Array): boolean {
  const form = formOf(checksum)
  if (!form) return false
  const ours = checksumOf(content, form)
  return form.text === 'hex' ? ours === checksum.toLowerCase() : ours === checksum
}
