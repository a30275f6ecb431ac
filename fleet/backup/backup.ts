import type { Readable } from 'node:stream'
import type { BlobPlace } from '../blobs/place.ts'
import { type BackupWriter, writeBackup } from './archive.ts'
import type { Content, Snapshot } from './records.ts'

const pieceBytes = 4 * 1024 * 1024

export interface BackupFacts {
  windlass: string
  at: string
}

/**
 * Writes all records of one moment, and then the bytes that they name: these never change. Fails where a package was removed
 * meanwhile. Returns how many there are of each.
 */
export async function backUp(
  path: string,
  { schema, tables, rows, content }: Snapshot,
  place: BlobPlace,
  facts: BackupFacts,
): Promise<{ tables: number; packages: number; blobs: number }> {
  const { fleet, packages, blobs } = await content()
  await writeBackup(path, { format: 1, ...facts, schema, fleet, tables }, async (writer) => {
    for (const table of tables) await writeRows(writer, table.name, rows(table))
    for (const kept of packages) await writePackage(writer, kept, place)
    for (const { digest, size } of blobs)
      await writer.stream(`blobs/${digest}`, size, await place.blobs.read(digest, 0, size))
  })
  return { tables: tables.length, packages: packages.length, blobs: blobs.length }
}

/** How many bytes all rows are is not known before: they go in pieces. */
async function writeRows(writer: BackupWriter, table: string, rows: Readable): Promise<void> {
  let waiting: Uint8Array[] = []
  let bytes = 0
  const write = async (): Promise<void> => {
    await writer.add(`tables/${table}`, Buffer.concat(waiting))
    waiting = []
    bytes = 0
  }
  for await (const chunk of rows as AsyncIterable<Uint8Array>) {
    waiting.push(chunk)
    bytes += chunk.length
    if (bytes >= pieceBytes) await write()
  }
  if (bytes > 0) await write()
}

type NamedPackage = Content['packages'][number]

async function writePackage(
  writer: BackupWriter,
  { uid, size, beside }: NamedPackage,
  place: BlobPlace,
): Promise<void> {
  await writer.stream(`packages/${uid}/archive`, size, await place.packages.archive(uid))
  for (const { sha256sum, size: bytes } of beside) {
    const object = { filename: '', mode: '', size: bytes, sha256sum, at: null }
    await writer.stream(`packages/${uid}/${sha256sum}`, bytes, await place.packages.read(uid, object, 0, bytes))
  }
}
