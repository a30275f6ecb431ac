import type { ArchiveFile } from './archive-file.ts'
import { invalid } from './container.ts'
import { readBytes } from './file-bytes.ts'
import { type ArchiveLimits, within } from './limits.ts'
import { decodeEnd, decodeEnd64, decodeLocator, end64Bytes, endBytes, locatorBytes, type ZipEnd } from './zip-end.ts'
import { type CentralHeader, decodeCentral } from './zip-header.ts'

const mostDirectoryBytes = 1024 * 1024

/** The central directory and where it begins; it has been seen to fill the file up to the end records. */
export interface Directory {
  headers: CentralHeader[]
  at: number
}

export async function readDirectory(file: ArchiveFile, fileSize: number, limits: ArchiveLimits): Promise<Directory> {
  const { end, endsAt } = await readEnd(file, fileSize)
  within('zip', limits.entries, end.count, 'entries')
  within('central directory', mostDirectoryBytes, end.size)
  if (end.at + end.size !== endsAt)
    throw invalid(`zip: expected the central directory to end at ${endsAt}, got ${end.at + end.size}`)
  const bytes = await readBytes(file, end.at, end.size)
  const headers: CentralHeader[] = []
  let at = 0
  for (let i = 0; i < end.count; i++) {
    const { header, next } = decodeCentral(bytes, at)
    headers.push(header)
    at = next
  }
  if (at !== bytes.length) throw invalid(`zip: expected ${end.count} entries in the central directory, got more`)
  return { headers, at: end.at }
}

/** What the end records say, and where they begin. */
async function readEnd(file: ArchiveFile, fileSize: number): Promise<{ end: ZipEnd; endsAt: number }> {
  const endAt = fileSize - endBytes
  if (endAt < 0) throw invalid(`zip: expected at least ${endBytes} bytes, got ${fileSize}`)
  const plain = decodeEnd(await readBytes(file, endAt, endBytes))
  const locatorAt = endAt - locatorBytes
  const wideAt = locatorAt < 0 ? undefined : decodeLocator(await readBytes(file, locatorAt, locatorBytes))
  if (wideAt === undefined) return { end: plain, endsAt: endAt }
  if (wideAt !== locatorAt - end64Bytes)
    throw invalid(`zip: expected the zip64 end record at ${locatorAt - end64Bytes}, got ${wideAt}`)
  return { end: decodeEnd64(await readBytes(file, wideAt, end64Bytes), plain), endsAt: wideAt }
}
