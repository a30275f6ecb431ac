import { type FileHandle, open, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { crc32 } from 'node:zlib'
import type { Sha256 } from '@windlass/model'
import { chunkBytes } from './archive/file-bytes.ts'
import { defaultLimits, within } from './archive/limits.ts'
import { encodeEnd } from './archive/zip-end.ts'
import { encodeCentral, encodeLocal, stored, type ZipHeader } from './archive/zip-header.ts'
import { checkedStream } from './checked-stream.ts'
import { TrustError } from './trust-error.ts'

/** An object's bytes at rest; `size` and `sha256sum` are what the metadata says of them. */
export interface ObjectFile {
  sha256sum: Sha256
  size: number
  path: string
}

export interface PackageContent {
  metadata: string | Uint8Array
  /** One line of base64, or empty for an unsigned package: the entry is written all the same. */
  signature: string
  /** In the order in which they shall stand; a content that comes again is written once. */
  objects: readonly ObjectFile[]
}

/** `wrote` is told how many bytes of objects were written, each time some were. */
export interface WriteOptions {
  signal?: AbortSignal
  wrote?: (bytes: number) => void
}

/**
 * Writes a package as UpdateHub's packager does (updatehub.md 5.6): zip, stored, `signature`, `metadata`, then the objects.
 * The same content gives the same bytes. Sizes and checksums stand in front of the data, so that readers which cannot seek
 * manage too. `out` appears whole and synced, or not at all; `<out>.part` is in use meanwhile.
 *
 * @throws TrustError `object_mismatch` when a file is not what was announced, `file_unreadable`, `archive_too_large`; what
 *   the disk says about `out`; `signal.reason`
 */
export async function writeArchive(out: string, content: PackageContent, options: WriteOptions = {}): Promise<void> {
  const metadata = Buffer.from(content.metadata)
  const signature = Buffer.from(content.signature)
  const objects = new Map(content.objects.map((o) => [o.sha256sum, o]))
  within('metadata', defaultLimits.metadataBytes, metadata.length)
  within('signature', defaultLimits.signatureBytes, signature.length)
  within('package', defaultLimits.entries, objects.size + 2, 'entries')
  const part = `${out}.part`
  const file = await open(part, 'w')
  try {
    await writeZip(file, { metadata, signature }, [...objects.values()], options)
    await file.sync()
    await file.close()
    await rename(part, out)
    await syncFolder(dirname(out))
  } catch (error) {
    await file.close()
    await rm(part, { force: true })
    throw error
  }
}

async function writeZip(
  file: FileHandle,
  front: { signature: Buffer; metadata: Buffer },
  objects: readonly ObjectFile[],
  options: WriteOptions,
): Promise<void> {
  const central: Buffer[] = []
  let at = 0
  const add = async (name: string, size: number, chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>) => {
    const header = await writeEntry(file, at, name, size, chunks)
    central.push(encodeCentral(header, at))
    at += encodeLocal(header).length + size
  }
  await add('signature', front.signature.length, [front.signature])
  await add('metadata', front.metadata.length, [front.metadata])
  for (const object of objects) await add(object.sha256sum, object.size, objectBytes(object, options))
  const directory = Buffer.concat(central)
  const end = encodeEnd({ count: central.length, size: directory.length, at })
  await writeAll(file, Buffer.concat([directory, end]), at)
}

/** Data first, then the header in front of it, when the checksum is known. */
async function writeEntry(
  file: FileHandle,
  at: number,
  name: string,
  size: number,
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): Promise<ZipHeader> {
  const header = { name: Buffer.from(name), flags: 0, method: stored, crc: 0, packed: size, size }
  let position = at + encodeLocal(header).length
  for await (const chunk of chunks) {
    header.crc = crc32(chunk, header.crc)
    await writeAll(file, chunk, position)
    position += chunk.length
  }
  await writeAll(file, encodeLocal(header), at)
  return header
}

async function* objectBytes(object: ObjectFile, { signal, wrote }: WriteOptions): AsyncGenerator<Uint8Array> {
  const file = await openObject(object)
  try {
    for await (const chunk of checkedStream(
      file.createReadStream({ highWaterMark: chunkBytes, autoClose: false }),
      object,
    )) {
      signal?.throwIfAborted()
      yield chunk
      wrote?.(chunk.length)
    }
  } finally {
    await file.close()
  }
}

async function openObject(object: ObjectFile): Promise<FileHandle> {
  try {
    return await open(object.path, 'r')
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new TrustError(
      'file_unreadable',
      `object ${object.sha256sum}: expected a file at ${object.path}, got ${why}`,
      {
        cause,
      },
    )
  }
}

async function writeAll(file: FileHandle, bytes: Uint8Array, at: number): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    const { bytesWritten } = await file.write(bytes, done, bytes.length - done, at + done)
    done += bytesWritten
  }
}

async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r')
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}
