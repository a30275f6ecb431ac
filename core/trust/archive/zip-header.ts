import { invalid } from './container.ts'
import { expectSign, full32, readU64, writeU64 } from './zip-numbers.ts'

/*
 * What stands before each entry and once more in the central directory of a zip file: APPNOTE.TXT 6.3.10, 4.3.7, 4.3.12 and
 * 4.5.3 (zip64 sizes). Both directions stand together so that offsets can be compared.
 */

export const localBytes = 30
export const centralBytes = 46

const localSign = 0x04034b50
const centralSign = 0x02014b50

export const stored = 0
export const deflated = 8
/** Flag bit 3: the local header was written before size and checksum were known; they follow the data. */
export const sizesFollow = 0x0008

/** What local and central header both say of an entry. */
export interface ZipHeader {
  name: Buffer
  flags: number
  method: number
  crc: number
  packed: number
  size: number
}

export interface CentralHeader extends ZipHeader {
  disk: number
  attributes: number
  /** Position of the local header. */
  at: number
}

/** 1980-01-01 00:00, the earliest that zip can say. */
const dosTime = 0x00210000
const regularFile = 0o100644
const madeBy = (3 << 8) | 45

export function encodeLocal(h: ZipHeader): Buffer {
  const big = h.size >= full32
  const extra = big ? zip64Extra([h.size, h.packed]) : Buffer.alloc(0)
  const b = Buffer.alloc(localBytes)
  b.writeUInt32LE(localSign, 0)
  b.writeUInt16LE(big ? 45 : 20, 4)
  encodeCommon(h, b, 6, big)
  b.writeUInt16LE(extra.length, 28)
  return Buffer.concat([b, h.name, extra])
}

export function encodeCentral(h: ZipHeader, at: number): Buffer {
  const big = h.size >= full32
  const extra = zip64Extra([...(big ? [h.size, h.packed] : []), ...(at >= full32 ? [at] : [])])
  const b = Buffer.alloc(centralBytes)
  b.writeUInt32LE(centralSign, 0)
  b.writeUInt16LE(madeBy, 4)
  b.writeUInt16LE(extra.length > 0 ? 45 : 20, 6)
  encodeCommon(h, b, 8, big)
  b.writeUInt16LE(extra.length, 30)
  b.writeUInt32LE(regularFile * 0x10000, 38)
  b.writeUInt32LE(Math.min(at, full32), 42)
  return Buffer.concat([b, h.name, extra])
}

/** Length of name and extra field, which follow the fixed part `b` of a local header. */
export function localRest(b: Buffer): number {
  expectSign(b, localSign, 'a local header')
  return b.readUInt16LE(26) + b.readUInt16LE(28)
}

/** `b` holds the whole local header. */
export function decodeLocal(b: Buffer): ZipHeader {
  const h = decodeCommon(b, 6, localBytes, b.readUInt16LE(26))
  const sizes = zip64Sizes(b.subarray(localBytes + h.name.length))
  return widen(h, sizes)
}

/** The header at `at` of the central directory, and where the next one begins. */
export function decodeCentral(directory: Buffer, at: number): { header: CentralHeader; next: number } {
  const b = directory.subarray(at)
  if (b.length < centralBytes) throw invalid('zip: the central directory ends inside an entry')
  expectSign(b, centralSign, 'a central header')
  const [nameLength, extraLength, commentLength] = [b.readUInt16LE(28), b.readUInt16LE(30), b.readUInt16LE(32)]
  const length = centralBytes + nameLength + extraLength + commentLength
  if (b.length < length) throw invalid('zip: the central directory ends inside an entry')
  const extraAt = centralBytes + nameLength
  const sizes = zip64Sizes(b.subarray(extraAt, extraAt + extraLength))
  const wide = widen(decodeCommon(b, 8, centralBytes, nameLength), sizes)
  const place = b.readUInt32LE(42)
  const header = {
    ...wide,
    disk: b.readUInt16LE(34),
    attributes: b.readUInt32LE(38),
    at: place === full32 ? (sizes.shift() ?? place) : place,
  }
  return { header, next: at + length }
}

function encodeCommon(h: ZipHeader, b: Buffer, at: number, big: boolean): void {
  b.writeUInt16LE(h.flags, at)
  b.writeUInt16LE(h.method, at + 2)
  b.writeUInt32LE(dosTime, at + 4)
  b.writeUInt32LE(h.crc, at + 8)
  b.writeUInt32LE(big ? full32 : h.packed, at + 12)
  b.writeUInt32LE(big ? full32 : h.size, at + 16)
  b.writeUInt16LE(h.name.length, at + 20)
}

function decodeCommon(b: Buffer, at: number, nameAt: number, nameLength: number): ZipHeader {
  return {
    flags: b.readUInt16LE(at),
    method: b.readUInt16LE(at + 2),
    crc: b.readUInt32LE(at + 8),
    packed: b.readUInt32LE(at + 12),
    size: b.readUInt32LE(at + 16),
    name: b.subarray(nameAt, nameAt + nameLength),
  }
}

/** Takes from the zip64 field what had no room in the header; what is taken is gone from `sizes`. */
function widen(h: ZipHeader, sizes: number[]): ZipHeader {
  const size = h.size === full32 ? (sizes.shift() ?? h.size) : h.size
  const packed = h.packed === full32 ? (sizes.shift() ?? h.packed) : h.packed
  return { ...h, size, packed }
}

function zip64Extra(values: readonly number[]): Buffer {
  if (values.length === 0) return Buffer.alloc(0)
  const b = Buffer.alloc(4 + 8 * values.length)
  b.writeUInt16LE(0x0001, 0)
  b.writeUInt16LE(8 * values.length, 2)
  for (const [i, n] of values.entries()) writeU64(b, n, 4 + 8 * i)
  return b
}

/** The numbers of the zip64 field among the extra fields, in their order. */
function zip64Sizes(extra: Buffer): number[] {
  for (let at = 0; at + 4 <= extra.length; at += 4 + extra.readUInt16LE(at + 2)) {
    if (extra.readUInt16LE(at) !== 0x0001) continue
    const field = extra.subarray(at + 4, at + 4 + extra.readUInt16LE(at + 2))
    return Array.from({ length: Math.floor(field.length / 8) }, (_, i) => readU64(field, 8 * i))
  }
  return []
}
