import { isSha256 } from '@windlass/model'
import { verify as signatureHolds, TrustError } from '@windlass/trust'
import type { PackageArchive } from '@windlass/trust/archive'
import { checkMetadata, decodeSignature } from '@windlass/wire/updatehub'
import { bytesText } from '../page/quantities.ts'
import { readRaw } from './opened.ts'

/** One thing that was checked. */
export interface Check {
  what: string
  holds: boolean
  says: string
}

export function checkSignature(archive: PackageArchive, publicKey: string): Check {
  const what = 'signature'
  if (archive.signature.trim() === '') return { what, holds: false, says: 'the package is not signed' }
  const signature = decodeSignature(archive.signature)
  if (!signature) return { what, holds: false, says: 'expected base64 on one line' }
  const holds = signatureHolds(publicKey, archive.metadata, signature)
  return { what, holds, says: holds ? 'made with this key over this metadata' : 'not by this key over this metadata' }
}

export function checkDocument(archive: PackageArchive): Check {
  const problems = checkMetadata(archive.metadata, { allowTest: true })
  const says =
    problems.length === 0 ? `${archive.metadata.length} bytes, uid ${archive.packageUid}` : problems.join('; ')
  return { what: 'metadata', holds: problems.length === 0, says }
}

type Show = (doneBytes: number, totalBytes: number) => void

/** Every object, also behind one that does not hold. */
export async function checkObjects(archive: PackageArchive, show: Show, signal: AbortSignal): Promise<Check[]> {
  const objects = distinct(archive)
  const total = objects.reduce((sum, { size }) => sum + size, 0)
  let done = 0
  const checks: Check[] = []
  for (const object of objects) {
    const read = (bytes: number): void => show((done += bytes), total)
    checks.push(await checkObject(archive, object, read, signal))
  }
  return checks
}

interface Named {
  filename: string
  sha256sum: string
  size: number
}

function distinct(archive: PackageArchive): Named[] {
  const all = readRaw(archive.metadata).raw.sets.flat()
  const named = all.map(({ filename, sha256sum, size }) => ({
    filename: String(filename),
    sha256sum: String(sha256sum),
    size: Number(size),
  }))
  return [...new Map(named.map((object) => [object.sha256sum, object])).values()]
}

async function checkObject(
  archive: PackageArchive,
  { filename, sha256sum, size }: Named,
  read: (bytes: number) => void,
  signal: AbortSignal,
): Promise<Check> {
  const what = `object ${filename}`
  if (!isSha256(sha256sum)) return { what, holds: false, says: 'its name is no digest' }
  const count = async (_: unknown, chunks: AsyncIterable<Uint8Array>): Promise<void> => {
    for await (const chunk of chunks) read(chunk.length)
  }
  try {
    await archive.extract([{ sha256sum, size }], count, signal)
    return { what, holds: true, says: `${bytesText(size)}, ${sha256sum}` }
  } catch (error) {
    if (!(error instanceof TrustError)) throw error
    return { what, holds: false, says: error.message }
  }
}
