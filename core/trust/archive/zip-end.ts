import { invalid } from './container.ts'
import { expectSign, full16, full32, readU64, writeU64 } from './zip-numbers.ts'

/*
 * How a zip file ends: APPNOTE.TXT 6.3.10, 4.3.14 to 4.3.16. Both directions stand together so that offsets can be compared.
 */

export const endBytes = 22
export const locatorBytes = 20
export const end64Bytes = 56

const endSign = 0x06054b50
const locatorSign = 0x07064b50
const end64Sign = 0x06064b50
const madeBy = (3 << 8) | 45

/** Where the central directory stands. */
export interface ZipEnd {
  count: number
  size: number
  at: number
}

/** The zip64 records only when the plain one has no room. */
export function encodeEnd(end: ZipEnd): Buffer {
  const b = Buffer.alloc(endBytes)
  b.writeUInt32LE(endSign, 0)
  b.writeUInt16LE(Math.min(end.count, full16), 8)
  b.writeUInt16LE(Math.min(end.count, full16), 10)
  b.writeUInt32LE(Math.min(end.size, full32), 12)
  b.writeUInt32LE(Math.min(end.at, full32), 16)
  if (end.count < full16 && end.at < full32) return b
  const b64 = Buffer.alloc(end64Bytes)
  b64.writeUInt32LE(end64Sign, 0)
  writeU64(b64, end64Bytes - 12, 4)
  b64.writeUInt16LE(madeBy, 12)
  b64.writeUInt16LE(45, 14)
  for (const [i, n] of [end.count, end.count, end.size, end.at].entries()) writeU64(b64, n, 24 + 8 * i)
  const locator = Buffer.alloc(locatorBytes)
  locator.writeUInt32LE(locatorSign, 0)
  writeU64(locator, end.at + end.size, 8)
  locator.writeUInt32LE(1, 16)
  return Buffer.concat([b64, locator, b])
}

/** The plain end record, which must close the file. */
export function decodeEnd(b: Buffer): ZipEnd {
  expectSign(b, endSign, 'the end record as its last 22 bytes (no comment, nothing behind)')
  if (b.readUInt16LE(20) !== 0) throw invalid('zip: expected no comment behind the end record, got one that is cut off')
  const end = { count: b.readUInt16LE(10), size: b.readUInt32LE(12), at: b.readUInt32LE(16) }
  oneDisk(b.readUInt16LE(4), b.readUInt16LE(6), b.readUInt16LE(8), end.count)
  return end
}

/** Position of the zip64 end record, when `b` is a locator. */
export function decodeLocator(b: Buffer): number | undefined {
  if (b.readUInt32LE(0) !== locatorSign) return undefined
  oneDisk(b.readUInt32LE(4), 0, 0, 0)
  return readU64(b, 8)
}

/** The wide end record; what the plain one has room for must be the same there. */
export function decodeEnd64(b: Buffer, plain: ZipEnd): ZipEnd {
  expectSign(b, end64Sign, 'a zip64 end record')
  if (readU64(b, 4) !== end64Bytes - 12)
    throw invalid('zip: expected a zip64 end record of 56 bytes, got another length')
  const end = { count: readU64(b, 32), size: readU64(b, 40), at: readU64(b, 48) }
  oneDisk(b.readUInt32LE(16), b.readUInt32LE(20), readU64(b, 24), end.count)
  const agree = (narrow: number, full: number, wide: number) => narrow === full || narrow === wide
  if (
    !agree(plain.count, full16, end.count) ||
    !agree(plain.size, full32, end.size) ||
    !agree(plain.at, full32, end.at)
  )
    throw invalid('zip: the two end records disagree')
  return end
}

function oneDisk(disk: number, directoryDisk: number, countHere: number, count: number): void {
  if (disk !== 0 || directoryDisk !== 0 || countHere !== count)
    throw invalid('zip: expected all in one file, got a part of a multi-disk archive')
}
