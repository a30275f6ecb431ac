import type { OpenFile } from '@windlass/platform'

/** Some bytes of an open file or device. */
export interface Region {
  file: OpenFile
  from: number
  length: number
}

const pieceBytes = 256 * 1024

/** The region of `length` bytes (to the end, when null) as far as the file reaches. */
export async function regionOf(file: OpenFile, from: number, length: number | null): Promise<Region> {
  const rest = Math.max(0, (await file.size()) - from)
  return { file, from, length: Math.min(rest, length ?? rest) }
}

/** Its bytes from `skip` on. A piece is only valid until the next is asked for. */
export async function* bytesOf(region: Region, skip = 0): AsyncGenerator<Uint8Array, void, undefined> {
  const buffer = Buffer.allocUnsafeSlow(Math.max(0, Math.min(pieceBytes, region.length - skip)))
  for (let at = skip; at < region.length; ) {
    const came = await region.file.read(buffer.subarray(0, region.length - at), region.from + at)
    if (came === 0) return
    yield buffer.subarray(0, came)
    at += came
  }
}

/** Its first bytes, at most `size`, for keeps. */
export async function headOf(region: Region, size: number, skip = 0): Promise<Uint8Array> {
  const parts: Uint8Array[] = []
  let have = 0
  for await (const piece of bytesOf(region, skip)) {
    parts.push(new Uint8Array(piece.subarray(0, size - have)))
    have += piece.length
    if (have >= size) break
  }
  return Buffer.concat(parts)
}
