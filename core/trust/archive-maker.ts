import { crc32 } from 'node:zlib'
import { encodeEnd } from './archive/zip-end.ts'
import { encodeCentral, encodeLocal, type ZipHeader } from './archive/zip-header.ts'

/*
 * Makes archives byte by byte for tests and simulations, so that they can be wrong in one place only.
 */

export interface ZipPart {
  name: string | Buffer
  data?: string | Buffer
  /** What central and local header say, where it shall differ from the truth. */
  header?: Partial<ZipHeader>
  /** Changes the finished headers. */
  local?: (header: Buffer) => void
  central?: (header: Buffer) => void
  /** Stands behind the data. */
  after?: Buffer
}

export function zipOf(parts: readonly ZipPart[], end: { count?: number; at?: number; size?: number } = {}): Buffer {
  const bodies: Buffer[] = []
  const directory: Buffer[] = []
  let at = 0
  for (const part of parts) {
    const data = Buffer.from(part.data ?? '')
    const header = { flags: 0, method: 0, crc: crc32(data), packed: data.length, size: data.length }
    const full = { ...header, name: Buffer.from(part.name), ...part.header }
    const local = encodeLocal(full)
    part.local?.(local)
    const central = encodeCentral(full, at)
    part.central?.(central)
    const body = Buffer.concat([local, data, part.after ?? Buffer.alloc(0)])
    bodies.push(body)
    directory.push(central)
    at += body.length
  }
  const size = Buffer.concat(directory).length
  return Buffer.concat([...bodies, ...directory, encodeEnd({ count: parts.length, size, at, ...end })])
}

export interface TarPart {
  name: string
  data?: string | Buffer
  type?: string
  size?: number
}

/** GNU or pax makes no difference for short names: ustar headers. */
export function tarOf(parts: readonly TarPart[], end = Buffer.alloc(1024)): Buffer {
  return Buffer.concat([...parts.flatMap((part) => tarEntry(part)), end])
}

function tarEntry({ name, data = '', type = '0', size }: TarPart): Buffer[] {
  const bytes = Buffer.from(data)
  const padding = Buffer.alloc((512 - (bytes.length % 512)) % 512)
  return [tarHeader(name, size ?? bytes.length, type), bytes, padding]
}

export function tarHeader(name: string, size: number, type: string): Buffer {
  const b = Buffer.alloc(512)
  b.write(name, 0, 100)
  b.write('0000644\0', 100)
  b.write('0000000\0', 108)
  b.write('0000000\0', 116)
  if (size < 8 ** 11) b.write(`${size.toString(8).padStart(11, '0')}\0`, 124)
  else {
    b.writeUInt8(0x80, 124)
    b.writeBigUInt64BE(BigInt(size), 128)
  }
  b.write('00000000000\0', 136)
  b.write(type, 156)
  b.write('ustar\0', 257, 6, 'latin1')
  b.write('00', 263)
  seal(b)
  return b
}

/** Makes the checksum of a changed header right again. */
export function seal(b: Buffer): void {
  b.fill(0x20, 148, 156)
  const sum = b.reduce((total, byte) => total + byte, 0)
  b.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148)
}

/** One record of a pax header. */
export function paxRecord(key: string, value: string): string {
  const rest = ` ${key}=${value}\n`
  const length = (digits: number) => digits + Buffer.byteLength(rest)
  const digits = String(length(String(length(1)).length)).length
  return `${length(digits)}${rest}`
}

interface Hole {
  name: string
  size: number
}
interface Small {
  name: string
  data: string | Buffer
}

/** As much of an open file as it takes to leave holes in it. */
interface Writing {
  write(bytes: Buffer, offset: number, length: null, at: number): Promise<unknown>
}

/** A stored zip whose first object is a hole in the file. */
export async function largeZip(file: Writing, hole: Hole, rest: readonly Small[]): Promise<void> {
  const parts = [{ ...hole, data: Buffer.alloc(0) }, ...rest.map((p) => ({ ...p, size: p.data.length }))]
  const directory: Buffer[] = []
  let at = 0
  for (const { name, size, data } of parts) {
    const header = { name: Buffer.from(name), flags: 0, method: 0, crc: crc32(data), packed: size, size }
    const local = encodeLocal(header)
    directory.push(encodeCentral(header, at))
    await file.write(Buffer.concat([local, Buffer.from(data)]), 0, null, at)
    at += local.length + size
  }
  const end = encodeEnd({ count: parts.length, size: Buffer.concat(directory).length, at })
  await file.write(Buffer.concat([...directory, end]), 0, null, at)
}

/** A tar whose first object is a hole in the file. `size` in whole blocks. */
export async function largeTar(file: Writing, hole: Hole, rest: readonly Small[]): Promise<void> {
  await file.write(tarHeader(hole.name, hole.size, '0'), 0, null, 0)
  await file.write(tarOf(rest), 0, null, 512 + hole.size)
}
