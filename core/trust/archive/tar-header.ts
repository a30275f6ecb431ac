import { invalid } from './container.ts'

export const blockBytes = 512

/** One header block of a tar archive (POSIX pax interchange format, ustar; GNU's variant). */
export interface TarHeader {
  name: string
  /** Bytes of content that follow, without the padding to whole blocks. */
  size: number
  /** What a link leads to; empty for anything else. */
  linkname: string
  /** The type flag as a character: `0` is a regular file, `x`, `L` and `K` describe the header that comes next. */
  type: string
}

/** What a pax header may say of the entry after it; other keys do not matter to us. */
export interface PaxFacts {
  path?: string
  linkpath?: string
  size?: number
}

/** Undefined for a block of zeros, two of which end the archive. */
export function decodeTarHeader(block: Buffer): TarHeader | undefined {
  if (block.every((byte) => byte === 0)) return undefined
  const magic = block.toString('latin1', 257, 262)
  if (magic !== 'ustar') throw invalid(`tar: expected "ustar" in each header, got ${JSON.stringify(magic)}`)
  const sum = octal(block, 148, 8, 'checksum')
  if (sum !== checksum(block)) throw invalid('tar: expected the header its checksum is of, got another')
  const gnu = block.toString('latin1', 262, 265) === '  \0'
  const prefix = gnu ? '' : text(block, 345, 155)
  const name = text(block, 0, 100)
  return {
    name: prefix === '' ? name : `${prefix}/${name}`,
    linkname: text(block, 157, 100),
    size: sizeOf(block),
    type: String.fromCharCode(block.readUInt8(156) || 0x30),
  }
}

/** Reads the records `length key=value\n` of a pax header. */
export function decodePax(bytes: Buffer): PaxFacts {
  const facts: PaxFacts = {}
  for (let at = 0; at < bytes.length; ) {
    const space = bytes.indexOf(0x20, at)
    const digits = bytes.toString('latin1', at, space === -1 ? at : Math.min(space, at + 8))
    const length = /^[1-9][0-9]*$/.test(digits) ? Number(digits) : 0
    const record = bytes.subarray(space + 1, at + length)
    const equals = record.indexOf('=')
    if (length === 0 || at + length > bytes.length || record.at(-1) !== 0x0a || equals < 1)
      throw invalid('tar: expected pax records "length key=value", got something else')
    read(facts, utf8(record.subarray(0, equals)), record.subarray(equals + 1, -1))
    at += length
  }
  return facts
}

/** Values of other keys may be no text, as those of extended attributes. */
function read(facts: PaxFacts, key: string, value: Buffer): void {
  if (key === 'path') facts.path = utf8(value)
  if (key === 'linkpath') facts.linkpath = utf8(value)
  if (key === 'size') facts.size = wholeNumber(utf8(value))
  if (key.startsWith('GNU.sparse')) throw invalid('tar: expected whole files, got a sparse one (pack it without holes)')
}

function wholeNumber(value: string): number {
  const n = /^[0-9]+$/.test(value) ? Number(value) : Number.NaN
  if (!Number.isSafeInteger(n)) throw invalid(`tar: expected a size in bytes, got ${value.slice(0, 40)}`)
  return n
}

/** Octal digits, or from 8 GiB on a binary number marked by the highest bit (GNU). */
function sizeOf(block: Buffer): number {
  if (block.readUInt8(124) !== 0x80) return octal(block, 124, 12, 'size')
  const n = BigInt(`0x${block.toString('hex', 125, 136)}`)
  if (n > BigInt(Number.MAX_SAFE_INTEGER)) throw invalid(`tar: expected a size below 2^53, got ${n}`)
  return Number(n)
}

function octal(block: Buffer, at: number, length: number, what: string): number {
  const field = block.toString('latin1', at, at + length)
  const digits = field.replace(/\0.*$/s, '').trim()
  if (!/^[0-7]+$/.test(digits)) throw invalid(`tar: expected ${what} in octal, got ${JSON.stringify(digits)}`)
  return Number.parseInt(digits, 8)
}

function checksum(block: Buffer): number {
  const own = block.subarray(148, 156).reduce((sum, byte) => sum + byte, 0)
  return block.reduce((sum, byte) => sum + byte, 0) - own + 8 * 0x20
}

/** Up to the first NUL. */
function text(block: Buffer, at: number, length: number): string {
  const field = block.subarray(at, at + length)
  const end = field.indexOf(0)
  return utf8(end === -1 ? field : field.subarray(0, end))
}

export function utf8(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch (cause) {
    throw invalid('tar: expected names in UTF-8', { cause })
  }
}
