import type { ArchiveFile } from './archive-file.ts'
import { type ByteSource, fileSource, streamSource } from './byte-source.ts'
import { type Container, type Content, type Entry, invalid } from './container.ts'
import { nameRules } from './entry-names.ts'
import { streamBytes } from './file-bytes.ts'
import type { ArchiveLimits } from './limits.ts'
import { tarEntries } from './tar-entries.ts'
import { type Packing, unpack } from './unpack.ts'

/** Opens a plain tar. Contents are left where they are: only headers are read. */
export async function openTar(file: ArchiveFile, fileSize: number, limits: ArchiveLimits): Promise<Container> {
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
  file: ArchiveFile,
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
  for await (const header of tarEntries(source)) {
    if (header.type !== '0')
      throw invalid(`tar: entry ${header.name}: expected a regular file, got ${kind(header.type)}`)
    checkName(header.name)
    yield { name: header.name, size: header.size, at: source.position() }
  }
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
