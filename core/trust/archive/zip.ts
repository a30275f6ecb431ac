import { crc32 } from 'node:zlib'
import { isSha256 } from '@windlass/model'
import type { ArchiveFile } from './archive-file.ts'
import { type Container, type Content, type Entry, invalid } from './container.ts'
import { nameRules } from './entry-names.ts'
import { streamBytes } from './file-bytes.ts'
import type { ArchiveLimits } from './limits.ts'
import { unpack } from './unpack.ts'
import { readDirectory } from './zip-directory.ts'
import { descriptorLength, placeOf, plainFile } from './zip-entry.ts'
import { type CentralHeader, sizesFollow, stored } from './zip-header.ts'

interface Placed extends Entry {
  header: CentralHeader
  /** Where the data stands as packed. */
  dataAt: number
}

/**
 * Opens a zip archive strictly: the headers say the same twice, the entries lie one behind the other without a gap from the
 * first byte to the central directory, and nothing follows its end. So there is one way to read it, whoever reads.
 */
export async function openZip(file: ArchiveFile, fileSize: number, limits: ArchiveLimits): Promise<Container> {
  const directory = await readDirectory(file, fileSize, limits)
  const checkName = nameRules(limits)
  const entries: Placed[] = []
  let at = 0
  for (const header of directory.headers.toSorted((x, y) => x.at - y.at)) {
    const name = plainFile(header)
    checkName(name)
    const dataAt = await placeOf(file, name, header, at)
    at = dataAt + header.packed
    if (at > directory.at) throw invalid(`zip: entry ${name}: expected its data to end before the central directory`)
    entries.push({ name, size: header.size, at: header.method === stored ? dataAt : undefined, header, dataAt })
    if ((header.flags & sizesFollow) !== 0) at += await descriptorLength(file, header, at, directory.at)
  }
  if (at !== directory.at) throw invalid(`zip: expected the central directory at ${at}, got it at ${directory.at}`)
  return { entries, contents: (wanted) => contents(file, entries, wanted) }
}

async function* contents(
  file: ArchiveFile,
  entries: readonly Placed[],
  wanted: (entry: Entry) => boolean,
): AsyncGenerator<Content> {
  for (const entry of entries) {
    if (!wanted(entry)) continue
    const packed = streamBytes(file, entry.dataAt, entry.header.packed)
    const chunks = asDeclared(entry, entry.header.method === stored ? packed : unpack(packed, 'deflate'))
    yield { entry, chunks }
  }
}

/** Stops at the first byte past the declared size. Objects have a digest to hold them; the rest has this checksum only. */
async function* asDeclared(entry: Placed, chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let count = 0
  let crc = 0
  for await (const chunk of chunks) {
    count += chunk.length
    if (count > entry.size)
      throw invalid(`zip: entry ${entry.name}: expected ${entry.size} bytes once unpacked, got more`)
    if (!isSha256(entry.name)) crc = crc32(chunk, crc)
    yield chunk
  }
  if (count < entry.size)
    throw invalid(`zip: entry ${entry.name}: expected ${entry.size} bytes once unpacked, got ${count}`)
  if (!isSha256(entry.name) && crc !== entry.header.crc)
    throw invalid(`zip: entry ${entry.name}: its checksum is wrong`)
}
