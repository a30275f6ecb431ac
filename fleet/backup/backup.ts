import type { Readable } from 'node:stream'
import type { BlobPlace } from '../blobs/place.ts'
import { type BackupWriter, below, writeBackup } from './archive.ts'
import type { Content, Part, Snapshot } from './records.ts'

const pieceBytes = 4 * 1024 * 1024

export interface BackupFacts {
  windlass: string
  at: string
}

export interface Counts {
  project: string | null
  tables: number
  packages: number
  blobs: number
}

/**
 * Writes all records of one moment, and the bytes that they name: these never change. Fails where a package or a project was removed
 * meanwhile. Returns how many there are of each, the default project's first.
 */
export async function backUp(
  path: string,
  snapshot: Snapshot,
  placeOf: (project: string | null) => Promise<BlobPlace>,
  facts: BackupFacts,
): Promise<Counts[]> {
  const { first, projects } = snapshot
  const counts: Counts[] = []
  await writeBackup(path, { format: 2, ...facts, ...first, projects }, async (writer) => {
    counts.push(await writePart(writer, null, first, snapshot, placeOf))
    for (const { name, ...part } of projects) counts.push(await writePart(writer, name, part, snapshot, placeOf))
  })
  return counts
}

async function writePart(
  writer: BackupWriter,
  project: string | null,
  { tables }: Part,
  snapshot: Snapshot,
  placeOf: (project: string | null) => Promise<BlobPlace>,
): Promise<Counts> {
  const start = below(project)
  const { packages, blobs } = await snapshot.content(project)
  for (const table of tables)
    await writeRows(writer, `${start}tables/${table.name}`, await snapshot.rows(project, table))
  const place = await placeOf(project)
  for (const kept of packages) await writePackage(writer, `${start}packages/${kept.uid}`, kept, place)
  for (const { digest, size } of blobs)
    await writer.stream(`${start}blobs/${digest}`, size, await place.blobs.read(digest, 0, size))
  return { project, tables: tables.length, packages: packages.length, blobs: blobs.length }
}

/** How many bytes all rows are is not known before: they go in pieces. */
async function writeRows(writer: BackupWriter, name: string, rows: Readable): Promise<void> {
  let waiting: Uint8Array[] = []
  let bytes = 0
  const write = async (): Promise<void> => {
    await writer.add(name, Buffer.concat(waiting))
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
  name: string,
  { uid, size, beside }: NamedPackage,
  place: BlobPlace,
): Promise<void> {
  await writer.stream(`${name}/archive`, size, await place.packages.archive(uid))
  for (const { sha256sum, size: bytes } of beside) {
    const object = { filename: '', mode: '', size: bytes, sha256sum, at: null }
    await writer.stream(`${name}/${sha256sum}`, bytes, await place.packages.read(uid, object, 0, bytes))
  }
}
