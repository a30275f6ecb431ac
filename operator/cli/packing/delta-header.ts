import type { Sha256 } from '@windlass/model'
import { sha256Of } from '@windlass/trust'
import { corrupt, readExactly, type Source } from './read-exactly.ts'

// `BITA1` and a zero, the dictionary's size (u64, little endian); behind the dictionary eight bytes and a checksum of 64.
const magic = Buffer.from('BITA1\0', 'latin1')
const startBytes = 14
const restBytes = 72
const mostDictionaryBytes = 16 * 1024 * 1024

/**
 * The digest of a delta archive's header, with which an agent may read the archive by ranges; undefined for any other file.
 * @throws CliError `data` when the header is not whole
 */
export async function deltaHeader(source: Source): Promise<Sha256 | undefined> {
  if (source.size < startBytes) return undefined
  const start = await readExactly(source, 0, startBytes)
  if (!magic.equals(start.subarray(0, magic.length))) return undefined
  const dictionary = start.readBigUInt64LE(magic.length)
  if (dictionary > mostDictionaryBytes) {
    throw corrupt(source, `a dictionary of at most ${mostDictionaryBytes} bytes`, String(dictionary))
  }
  return sha256Of(await readExactly(source, 0, startBytes + Number(dictionary) + restBytes))
}
