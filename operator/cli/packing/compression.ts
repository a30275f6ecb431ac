import { pipeline } from 'node:stream/promises'
import { constants, createGunzip, createZstdDecompress } from 'node:zlib'
import { lzopSize } from './lzop-size.ts'
import { corrupt, readExactly, type Source } from './read-exactly.ts'
import { xzSize } from './xz-size.ts'

/** How a payload is packed. `uncompressedSize` in bytes, 0 where the file itself does not know. */
export interface Compression {
  name: 'gzip' | 'lzop' | 'xz' | 'lzma' | 'zstd'
  uncompressedSize: number
}

type SizeOf = (source: Source, signal: AbortSignal) => Promise<number>

/** First bytes, as uhu knows them (updatehub.md 7.2), and zstd's. */
const kinds: readonly { name: Compression['name']; magic: string; size: SizeOf }[] = [
  { name: 'gzip', magic: '1f8b', size: (s, signal) => decodedSize(s, createGunzip(), signal) },
  { name: 'lzop', magic: '894c5a4f000d0a1a0a', size: lzopSize },
  { name: 'xz', magic: 'fd377a585a00', size: xzSize },
  { name: 'lzma', magic: '5d0000', size: lzmaSize },
  { name: 'zstd', magic: '28b52ffd', size: (s, signal) => decodedSize(s, createZstdDecompress(wide), signal) },
]

// `zstd --long` writes windows up to 2 GiB, which the decoder refuses unless told.
const wide = { params: { [constants.ZSTD_d_windowLogMax]: 31 } }

/** Which compression a file has, and what comes out of it; undefined for none. @throws CliError `data` when it is broken */
export async function detectCompression(source: Source, signal: AbortSignal): Promise<Compression | undefined> {
  const head = (await readExactly(source, 0, Math.min(9, source.size))).toString('hex')
  const kind = kinds.find(({ magic }) => head.startsWith(magic))
  return kind && { name: kind.name, uncompressedSize: await kind.size(source, signal) }
}

/** gzip's own word is modulo 4 GiB and zstd's may be absent, so both are unpacked and counted. */
async function decodedSize(source: Source, decoder: NodeJS.ReadWriteStream, signal: AbortSignal): Promise<number> {
  let size = 0
  const count = async (chunks: AsyncIterable<Uint8Array>): Promise<void> => {
    for await (const chunk of chunks) size += chunk.length
  }
  try {
    await pipeline(source.handle.createReadStream({ start: 0, autoClose: false }), decoder, count, { signal })
  } catch (cause) {
    signal.throwIfAborted()
    throw corrupt(source, 'a compressed file that can be unpacked', cause instanceof Error ? cause.message : 'another')
  }
  return size
}

/** The .lzma header has the size, or all ones where its writer did not know it. */
async function lzmaSize(source: Source): Promise<number> {
  const size = (await readExactly(source, 5, 8)).readBigUInt64LE()
  return size > BigInt(Number.MAX_SAFE_INTEGER) ? 0 : Number(size)
}
