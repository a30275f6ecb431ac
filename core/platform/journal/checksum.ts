import { crc32 } from 'node:zlib'

/*
 * A record's checksum, written as blanks behind its text: a line break, then the 32 bits of the CRC-32 of the text's bytes,
 * the highest first, a space for 0 and a tab for 1. JSON allows blanks there, so whoever knows nothing of it reads the record
 * as before: UpdateHub's agents, and our own older ones after a rollback.
 */

const bits = 32
const [space, tab, lineBreak] = [0x20, 0x09, 0x0a]

export function withChecksum(text: string): string {
  return `${text}\n${blanks(crc32(text))}`
}

/**
 * The text of a record, without its checksum. One that was written without is taken as it is.
 * @throws Error where the bytes are not those of the checksum
 */
export function checkedText(bytes: Uint8Array): string {
  const end = bytes.length - bits - 1
  const tail = bytes.subarray(Math.max(0, end + 1))
  // A checksum of which some bits are wrong is still one: else what changed in it would go unseen in the text as well.
  if (tail.filter((byte) => byte === space || byte === tab).length < bits / 2) return textOf(bytes)
  const text = bytes.subarray(0, Math.max(0, end))
  const expected = blanks(crc32(text))
  if (bytes[end] !== lineBreak || textOf(tail) !== expected)
    throw new Error(`expected a text of ${text.length} bytes with the checksum behind it, got another one`)
  return textOf(text)
}

function blanks(sum: number): string {
  return Array.from({ length: bits }, (_, bit) => ((sum >>> (bits - 1 - bit)) & 1 ? '\t' : ' ')).join('')
}

function textOf(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes)
}
