const block = 512
const mostEntries = 10_000

/** The files of an uncompressed tar archive by name, as slices of it: nothing is read but the headers. @throws Error */
export async function tarEntries(archive: Blob): Promise<Map<string, Blob>> {
  const entries = new Map<string, Blob>()
  for (let at = 0; at + block <= archive.size; ) {
    const header = new Uint8Array(await archive.slice(at, at + block).arrayBuffer())
    if (header.every((byte) => byte === 0)) break
    const { name, size, isFile } = headerOf(header, at)
    if (entries.size > mostEntries) throw new Error(`expected at most ${mostEntries} files in the archive, got more`)
    if (at + block + size > archive.size) throw new Error(`expected ${size} bytes of ${name}, the archive ends before`)
    if (isFile) entries.set(name.replace(/^\.\//, ''), archive.slice(at + block, at + block + size))
    at += block + Math.ceil(size / block) * block
  }
  return entries
}

function headerOf(header: Uint8Array, at: number): { name: string; size: number; isFile: boolean } {
  if (field(header, 257, 5) !== 'ustar')
    throw new Error(`expected an uncompressed tar archive, got something else at byte ${at}`)
  const prefix = field(header, 345, 155)
  const name = `${prefix ? `${prefix}/` : ''}${field(header, 0, 100)}`
  const size = sizeOf(header)
  if (!Number.isSafeInteger(size) || size < 0) throw new Error(`expected the size of ${name} in the archive`)
  return { name, size, isFile: ['0', ''].includes(field(header, 156, 1)) }
}

/** Octal digits, or from 8 GiB on a binary number whose first bit is set. */
function sizeOf(header: Uint8Array): number {
  if (((header[124] ?? 0) & 0x80) === 0) return Number.parseInt(field(header, 124, 12).trim() || '0', 8)
  return header.subarray(125, 136).reduce((sum, byte) => sum * 256 + byte, 0)
}

function field(header: Uint8Array, start: number, length: number): string {
  const bytes = header.subarray(start, start + length)
  const end = bytes.indexOf(0)
  return new TextDecoder().decode(end < 0 ? bytes : bytes.subarray(0, end))
}
