import { isSha256, type Sha256 } from '@windlass/model'
import type { ArchiveFile, ArchiveFiles } from './archive/archive-file.ts'
import { type Container, type Entry, invalid } from './archive/container.ts'
import { readBytes } from './archive/file-bytes.ts'
import { type ArchiveLimits, defaultLimits, within } from './archive/limits.ts'
import { openPackedTar, openTar } from './archive/tar.ts'
import { openZip } from './archive/zip.ts'
import { checkedStream, type Expected } from './checked-stream.ts'
import { sha256Of } from './digest.ts'
import { TrustError } from './trust-error.ts'

export type { ArchiveFile, ArchiveFiles } from './archive/archive-file.ts'
export { type ArchiveLimits, defaultLimits } from './archive/limits.ts'

/** Takes one object's bytes to where they belong. Must read them to the end. */
export type WriteObject = (name: Sha256, chunks: AsyncIterable<Uint8Array>) => Promise<void>

/**
 * An open uhupkg (updatehub.md 5.6). Its structure has been checked; nobody has vouched for its content until the
 * signature over `metadata` is verified, and then each object until its digest is.
 */
export interface PackageArchive {
  /** Exactly the bytes that are signed. */
  readonly metadata: Uint8Array
  /** Text of the entry as it stands, empty when the package is unsigned. */
  readonly signature: string
  /** SHA-256 of `metadata`. */
  readonly packageUid: Sha256
  /** All entries in the order of the file, those that mean nothing to us included. */
  readonly names: readonly string[]
  /** Where an object's bytes stand in the archive file itself; undefined when it is not there or compressed. */
  locate(sha256sum: Sha256): { at: number; size: number } | undefined
  /**
   * Hands out the wanted objects in one pass, in the order of the archive, each checked while it flows. An error during the
   * last chunk of an object may come after its bytes: `write` must not take them for good before it has seen the end.
   * Each chunk is new memory, the reader's to keep; where some 30 MB of garbage matter, read in place what `locate` finds.
   *
   * Missing objects and wrong sizes are refused before the first byte.
   * @throws TrustError `archive_entry_missing`, `object_mismatch`, `archive_invalid`; `signal.reason`; what `write` throws
   */
  extract(wanted: readonly Expected[], write: WriteObject, signal?: AbortSignal): Promise<void>
  close(): Promise<void>
}

/**
 * Opens a package file: zip (stored or deflated), tar, tar.gz or tar.zst, told apart by their first bytes.
 *
 * Everything outside the contents is read and checked here, so that a file which contradicts itself, is cut off, goes on
 * after its end, holds anything but regular files, or has names that are unsafe or stand twice, is refused before any
 * byte of it is handed out. Names that are safe but mean nothing (`README`, `folder/file`) are ignored, as UpdateHub's
 * agent does; `./metadata` is not `metadata` and is refused.
 *
 * Memory stays at a few buffers of 64 KiB plus metadata, whatever the file holds. A compressed tar is unpacked once
 * here and once more by `extract`.
 * @throws TrustError
 */
export async function openArchive(
  path: string,
  files: ArchiveFiles,
  limits: ArchiveLimits = defaultLimits,
): Promise<PackageArchive> {
  const file = await openFile(path, files)
  try {
    const container = await containerOf(file, limits)
    const { metadata, signature } = await frontMatter(container, limits)
    return packageArchive(file, container, metadata, signature.toString('utf8'))
  } catch (error) {
    await file.close()
    throw error
  }
}

async function openFile(path: string, files: ArchiveFiles): Promise<ArchiveFile> {
  try {
    // Asked first: opening a pipe would wait for somebody who writes into it.
    const { kind = 'file' } = (await files.facts(path)) ?? {}
    if (kind !== 'file') throw invalid(`archive: expected a regular file at ${path}, got one of kind ${kind}`)
    return await files.open(path, 'read')
  } catch (cause) {
    if (cause instanceof TrustError) throw cause
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new TrustError('file_unreadable', `archive: expected a file at ${path}, got ${why}`, { cause })
  }
}

async function containerOf(file: ArchiveFile, limits: ArchiveLimits): Promise<Container> {
  const size = await file.size()
  const head = await readBytes(file, 0, Math.min(512, size))
  const hex = head.toString('hex', 0, 4)
  if (hex === '504b0304') return await openZip(file, size, limits)
  if (hex.startsWith('1f8b')) return await openPackedTar(file, size, 'gzip', limits)
  if (hex === '28b52ffd') return await openPackedTar(file, size, 'zstd', limits)
  if (head.toString('latin1', 257, 262) === 'ustar') return await openTar(file, size, limits)
  const came = head.length === 0 ? 'an empty file' : `one that begins with bytes ${head.toString('hex', 0, 8)}`
  throw invalid(`archive: expected a zip, tar, tar.gz or tar.zst file, got ${came}`)
}

/** Metadata and signature, bounded before they are read. */
async function frontMatter(
  container: Container,
  limits: ArchiveLimits,
): Promise<{ metadata: Buffer; signature: Buffer }> {
  const read = async (name: string, most: number): Promise<Buffer> => {
    for await (const { entry, chunks } of container.contents((e) => e.name === name)) {
      within(`entry ${name}`, most, entry.size)
      return Buffer.concat(await Array.fromAsync(chunks))
    }
    throw missing(name, container.entries)
  }
  return {
    metadata: await read('metadata', limits.metadataBytes),
    signature: await read('signature', limits.signatureBytes),
  }
}

function packageArchive(file: ArchiveFile, container: Container, metadata: Buffer, signature: string): PackageArchive {
  const objects = new Map(container.entries.filter((e) => isSha256(e.name)).map((e) => [e.name, e]))
  return {
    metadata,
    signature,
    packageUid: sha256Of(metadata),
    names: container.entries.map((e) => e.name),
    locate(sha256sum) {
      const entry = objects.get(sha256sum)
      return entry?.at === undefined ? undefined : { at: entry.at, size: entry.size }
    },
    async extract(wanted, write, signal) {
      const sizes = demand(wanted, objects, container.entries)
      for await (const { entry, chunks } of container.contents((e) => sizes.has(e.name))) {
        const expected = sizes.get(entry.name)
        if (expected) await handOver(expected, chunks, write, signal)
      }
    },
    close: () => file.close(),
  }
}

/** What is wanted by name, each once. Refuses what the archive's own list already shows to be impossible. */
function demand(
  wanted: readonly Expected[],
  objects: ReadonlyMap<string, Entry>,
  all: readonly Entry[],
): Map<string, Expected> {
  for (const { sha256sum, size } of wanted) {
    const entry = objects.get(sha256sum)
    if (!entry) throw missing(`object ${sha256sum}`, all)
    if (entry.size !== size)
      throw new TrustError(
        'object_mismatch',
        `object ${sha256sum}: expected ${size} bytes, got an entry of ${entry.size}`,
      )
  }
  return new Map(wanted.map((w) => [w.sha256sum, w]))
}

async function handOver(
  expected: Expected,
  chunks: AsyncIterable<Uint8Array>,
  write: WriteObject,
  signal: AbortSignal | undefined,
): Promise<void> {
  let ended = false
  async function* watched(): AsyncGenerator<Uint8Array> {
    for await (const chunk of checkedStream(chunks, expected)) {
      signal?.throwIfAborted()
      yield chunk
    }
    ended = true
  }
  signal?.throwIfAborted()
  await write(expected.sha256sum, watched())
  if (!ended)
    throw new Error(`object ${expected.sha256sum}: expected its writer to read to the end, but it stopped before`)
}

function missing(what: string, entries: readonly Entry[]): TrustError {
  const names = entries.slice(0, 8).map((e) => e.name)
  const came = `${names.join(', ')}${entries.length > names.length ? ` and ${entries.length - names.length} more` : ''}`
  return new TrustError('archive_entry_missing', `archive: expected an entry for ${what}, got ${came || 'none'}`)
}
