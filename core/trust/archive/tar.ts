import type { FileHandle } from 'node:fs/promises'
import { type ByteSource, fileSource, streamSource } from './byte-source.ts'
import { type Container, type Content, type Entry, invalid } from './container.ts'
import { nameRules } from './entry-names.ts'
import { streamBytes } from './file-bytes.ts'
import type { ArchiveLimits } from './limits.ts'
import { blockBytes, decodePax, decodeTarHeader, type PaxFacts, type TarHeader, utf8 } from './tar-header.ts'
import { type Packing, unpack } from './unpack.ts'

/** Opens a plain tar. Contents are left where they are: only headers are read. */
export async function openTar(file: FileHandle, fileSize: number, limits: ArchiveLimits): Promise<Container> {
  const entries = await list(fileSource(file, fileSize), limits)
  async function* contents(wanted: (entry: Entry) => boolean): AsyncGenerator<Content> {
    for (const entry of entries) {
      if (wanted(entry)) yield { entry, chunks: streamBytes(file, entry.at, entry.size) }
    }
  }
  return { entries, contents }
}

/** Opens a compressed tar. It is unpacked once to see all of it, and again for each pass over its contents. */
export async function openPackedTar(
  file: FileHandle,
  fileSize: number,
  packing: Packing,
  limits: ArchiveLimits,
): Promise<Container> {
  const source = () => streamSource(unpack(streamBytes(file, 0, fileSize), packing), limits.unpackedBytes)
  const entries = (await list(source(), limits)).map((entry) => ({ ...entry, at: undefined }))
  async function* contents(wanted: (entry: Entry) => boolean): AsyncGenerator<Content> {
    let missing = entries.filter(wanted).length
    const again = source()
    try {
      for await (const entry of walk(again, limits)) {
        if (!wanted(entry)) continue
        yield { entry: { ...entry, at: undefined }, chunks: again.stream(entry.size) }
        missing -= 1
        if (missing === 0) return
      }
    } finally {
      await again.close()
    }
  }
  return { entries, contents }
}

type Placed = Entry & { at: number }

async function list(source: ByteSource, limits: ArchiveLimits): Promise<Placed[]> {
  try {
    return await Array.fromAsync(walk(source, limits))
  } finally {
    await source.close()
  }
}

/** Each regular file, the source standing at its first byte; how much of it is then read does not matter. */
async function* walk(source: ByteSource, limits: ArchiveLimits): AsyncGenerator<Placed> {
  const checkName = nameRules(limits)
  for (;;) {
    const header = await nextHeader(source)
    if (!header) return await expectEnd(source)
    if (header.type !== '0')
      throw invalid(`tar: entry ${header.name}: expected a regular file, got ${kind(header.type)}`)
    checkName(header.name)
    const at = source.position()
    yield { name: header.name, size: header.size, at }
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
    if (header.type !== 'x' && header.type !== 'L')
      return { ...header, name: facts.path ?? header.name, size: facts.size ?? header.size }
    if (described === 2) throw invalid('tar: expected at most two descriptions of an entry, got more')
    if (header.size > mostDescription)
      throw invalid(`tar: expected a description of at most 64 KiB, got ${header.size}`)
    const bytes = (await source.take(padded(header.size))).subarray(0, header.size)
    facts = { ...facts, ...(header.type === 'x' ? decodePax(bytes) : { path: utf8(bytes).replace(/\0$/, '') }) }
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

function kind(type: string): string {
  const kinds: Record<string, string> = {
    '1': 'a hard link',
    '2': 'a symbolic link',
    '3': 'a character device',
    '4': 'a block device',
    '5': 'a folder',
    '6': 'a pipe',
    S: 'a sparse file (pack it without holes)',
    g: 'a global pax header',
  }
  return kinds[type] ?? `type ${JSON.stringify(type)}`
}
