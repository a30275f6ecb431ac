import type { ArchiveFile } from './archive-file.ts'
import { invalid } from './container.ts'
import { readBytes } from './file-bytes.ts'
import { type CentralHeader, decodeLocal, deflated, localBytes, localRest, sizesFollow, stored } from './zip-header.ts'

/** The name of a header that describes a regular file which we can read. */
export function plainFile(h: CentralHeader): string {
  const name = readName(h.name)
  const type = h.attributes >>> 28 // of the Unix mode in the upper half: 0 is not given, 8 a regular file
  if (name.endsWith('/') || (h.attributes & 0x10) !== 0 || type === 4)
    throw invalid(`zip: entry ${name}: expected a file, got a folder`)
  if (type !== 0 && type !== 8)
    throw invalid(`zip: entry ${name}: expected a regular file, got type ${type} (link or device)`)
  if ((h.flags & 0x2041) !== 0) throw invalid(`zip: entry ${name}: expected plain content, got it encrypted`)
  if (h.method !== stored && h.method !== deflated)
    throw invalid(`zip: entry ${name}: expected method 0 (stored) or 8 (deflate), got ${h.method}`)
  if (h.method === stored && h.packed !== h.size)
    throw invalid(`zip: entry ${name}: expected ${h.size} bytes stored, got ${h.packed}`)
  if (h.disk !== 0) throw invalid(`zip: entry ${name}: expected it in this file, got disk ${h.disk}`)
  return name
}

function readName(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch (cause) {
    throw invalid(`zip: expected entry names in UTF-8, got ${Buffer.from(bytes).toString('hex').slice(0, 80)}`, {
      cause,
    })
  }
}

/** Compares the local header with the central one; returns where the data begins. */
export async function placeOf(
  file: ArchiveFile,
  name: string,
  central: CentralHeader,
  expectedAt: number,
): Promise<number> {
  if (central.at !== expectedAt)
    throw invalid(`zip: entry ${name}: expected it at ${expectedAt}, got it at ${central.at}`)
  const rest = localRest(await readBytes(file, central.at, localBytes))
  const local = decodeLocal(await readBytes(file, central.at, localBytes + rest))
  const later = (local.flags & sizesFollow) !== 0
  const same = (key: 'crc' | 'packed' | 'size') => local[key] === central[key] || (later && isOpen(local[key]))
  if (!local.name.equals(central.name) || local.method !== central.method || local.flags !== central.flags)
    throw invalid(`zip: entry ${name}: its local header disagrees in name, method or flags`)
  if (!same('crc') || !same('packed') || !same('size'))
    throw invalid(`zip: entry ${name}: its local header disagrees in size or checksum`)
  return central.at + localBytes + rest
}

/** What a local header says of a number that follows the data. */
function isOpen(n: number): boolean {
  return n === 0 || n === 0xffffffff
}

/** The descriptor behind the data: checksum and two sizes of 4 or 8 bytes, with or without a sign of 4 bytes. */
export async function descriptorLength(file: ArchiveFile, h: CentralHeader, at: number, end: number): Promise<number> {
  const b = await readBytes(file, at, Math.min(24, end - at))
  for (const sign of [4, 0]) {
    const [narrow, wide] = [sign + 12, sign + 20]
    if (b.length < narrow || b.readUInt32LE(sign) !== h.crc) continue
    if (sign === 4 && b.readUInt32LE(0) !== 0x08074b50) continue
    if (b.length >= wide && is64(b, sign + 4, h.packed) && is64(b, sign + 12, h.size)) return wide
    if (b.readUInt32LE(sign + 4) === h.packed && b.readUInt32LE(sign + 8) === h.size) return narrow
  }
  throw invalid(`zip: entry at ${h.at}: expected its size and checksum again behind the data, got something else`)
}

function is64(b: Buffer, at: number, n: number): boolean {
  return b.readBigUInt64LE(at) === BigInt(n)
}
