/** Single-stream compressions that a payload may have (updatehub.md 5.4 note 5). */
export type Compression = 'gzip' | 'zstd' | 'xz' | 'lzma' | 'bzip2' | 'lz4' | 'lzop'

const magics: readonly (readonly [Compression, readonly number[]])[] = [
  ['gzip', [0x1f, 0x8b, 0x08]],
  ['zstd', [0x28, 0xb5, 0x2f, 0xfd]],
  ['xz', [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00]],
  ['bzip2', [0x42, 0x5a, 0x68]],
  ['lz4', [0x04, 0x22, 0x4d, 0x18]],
  ['lz4', [0x02, 0x21, 0x4c, 0x18]],
  ['lzop', [0x89, 0x4c, 0x5a, 0x4f, 0x00]],
  ['lzma', [0x5d, 0x00, 0x00]],
]

/** By its first bytes, from `at` on. */
export function compressionOf(bytes: Uint8Array, at = 0): Compression | undefined {
  return magics.find(([, magic]) => magic.every((byte, i) => bytes[at + i] === byte))?.[0]
}

const suffixes: Readonly<Record<string, Compression>> = {
  gz: 'gzip',
  tgz: 'gzip',
  zst: 'zstd',
  xz: 'xz',
  txz: 'xz',
  lzma: 'lzma',
  bz2: 'bzip2',
  tbz2: 'bzip2',
  lz4: 'lz4',
  lzo: 'lzop',
}

/** By the end of a file name: only a hint, for when the bytes are not there yet. */
export function compressionOfName(filename: string): Compression | undefined {
  return suffixes[filename.slice(filename.lastIndexOf('.') + 1).toLowerCase()]
}

/** The program that unpacks it from standard input to standard output; undefined where Node does. */
export const unpackers: Readonly<Record<Compression, string | undefined>> = {
  gzip: undefined,
  zstd: undefined,
  xz: 'xz',
  lzma: 'lzma',
  bzip2: 'bzip2',
  lz4: 'lz4',
  lzop: 'lzop',
}
