import type { ByteSource } from './byte-source.ts'
import { invalid } from './container.ts'
import { blockBytes, decodePax, decodeTarHeader, type PaxFacts, type TarHeader, utf8 } from './tar-header.ts'

/**
 * Each entry's header, of whatever type, with what pax and GNU descriptions before it say. The source stands at the first
 * byte of the entry's content; how much of it is then read does not matter. A global pax header is given like an entry.
 * @throws TrustError `archive_invalid`, also for anything after the end but zeros
 */
export async function* tarEntries(source: ByteSource): AsyncGenerator<TarHeader, void, undefined> {
  for (;;) {
    const header = await nextHeader(source)
    if (!header) return await expectEnd(source)
    const at = source.position()
    yield header
    await source.skip(at + padded(header.size) - source.position())
  }
}

const mostDescription = 64 * 1024

/** The next file's header, with what pax and GNU descriptions before it say. */
async function nextHeader(source: ByteSource): Promise<TarHeader | undefined> {
  let facts: PaxFacts = {}
  for (let described = 0; ; described++) {
    const header = decodeTarHeader(await source.take(blockBytes))
    if (!header) {
      if (described > 0) throw invalid('tar: expected an entry after its description, got the end')
      return undefined
    }
    if (header.type !== 'x' && header.type !== 'L' && header.type !== 'K')
      return {
        ...header,
        name: facts.path ?? header.name,
        linkname: facts.linkpath ?? header.linkname,
        size: facts.size ?? header.size,
      }
    if (described === 3) throw invalid('tar: expected at most three descriptions of an entry, got more')
    if (header.size > mostDescription)
      throw invalid(`tar: expected a description of at most 64 KiB, got ${header.size}`)
    const bytes = (await source.take(padded(header.size))).subarray(0, header.size)
    facts = { ...facts, ...description(header.type, bytes) }
  }
}

/** A tar pads itself with zeros to whole records; GNU's largest record is 1 MiB. */
const mostPadding = 1024 * 1024

async function expectEnd(source: ByteSource): Promise<void> {
  if (decodeTarHeader(await source.take(blockBytes)))
    throw invalid('tar: expected two blocks of zeros at the end, got one')
  const from = source.position()
  for (let chunk = await source.rest(); chunk; chunk = await source.rest()) {
    if (chunk.some((byte) => byte !== 0) || source.position() - from > mostPadding)
      throw invalid('tar: expected nothing after the end of the archive but some zeros, got more')
  }
}

function padded(size: number): number {
  return Math.ceil(size / blockBytes) * blockBytes
}

function description(type: string, bytes: Buffer): PaxFacts {
  if (type === 'x') return decodePax(bytes)
  const text = utf8(bytes).replace(/\0$/, '')
  return type === 'L' ? { path: text } : { linkpath: text }
}
