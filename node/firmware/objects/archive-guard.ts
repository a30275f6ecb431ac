import { dirname, normalize } from 'node:path/posix'
import { type Extract, extract, type Header } from 'tar-stream'
import { UpdateError } from '../update-error.ts'
import { owned } from './decompress.ts'

const kinds: ReadonlySet<string> = new Set([
  'file',
  'contiguous-file',
  'directory',
  'link',
  'symlink',
  'character-device',
  'block-device',
  'fifo',
])

// All names kept here together. A root filesystem has a few thousand folders and links.
const mostNameChars = 16 * 1024 * 1024

/** What an archive that passed will write into, to be held against what is on the disk already. */
export interface ArchivePlan {
  /** Folders that entries lie in, relative, `.` for the root. */
  folders: Set<string>
}

/**
 * Reads a whole tar stream and refuses what an honest image does not hold and a hostile one needs: absolute names, `..`,
 * hard links that lead out, and anything that lies beneath a link of the archive's own. Symlinks themselves may say what they
 * like: they are data of the filesystem being made.
 * @throws UpdateError `archive_invalid`, `archive_too_large`
 */
export async function guardArchive(pieces: AsyncIterable<Uint8Array>): Promise<ArchivePlan> {
  const folders = new Set<string>()
  const links = new Set<string>()
  let chars = 0
  const keep = (set: Set<string>, name: string) => {
    if (!set.has(name)) chars += name.length
    set.add(name)
    if (chars > mostNameChars)
      throw new UpdateError('archive_too_large', `archive: more names than ${mostNameChars} characters`)
  }
  for await (const header of headersOf(pieces)) {
    checkKind(header)
    const name = innerName(header, header.name)
    refuseBeneathLink(header, name, links)
    keep(folders, dirname(name))
    if (header.type === 'directory') keep(folders, name)
    if (header.type === 'link') checkLinked(header, links, (folder) => keep(folders, folder))
    if (header.type === 'link' || header.type === 'symlink') keep(links, name)
  }
  return { folders }
}

function checkLinked(header: Header, links: ReadonlySet<string>, lies: (folder: string) => void): void {
  const linked = innerName(header, header.linkname ?? '')
  refuseBeneathLink(header, linked, links)
  lies(dirname(linked))
}

function checkKind(header: Header): void {
  if (!kinds.has(String(header.type)))
    throw invalid(header, `expected a file, folder, link or device, got ${header.type}`)
  // GNU's sparse files carry their true name where this check would not see it.
  if (Object.keys(header.pax ?? {}).some((key) => key.startsWith('GNU.sparse.'))) {
    throw invalid(header, 'sparse entries are not supported, pack without --sparse')
  }
}

function innerName(header: Header, name: string): string {
  if (name === '' || name.includes('\0') || name.startsWith('/'))
    throw invalid(header, `expected a relative name, got ${JSON.stringify(name)}`)
  if (name.split('/').includes('..')) throw invalid(header, `expected no ".." in a name, got "${name}"`)
  return normalize(name).replace(/\/$/, '')
}

function refuseBeneathLink(header: Header, name: string, links: ReadonlySet<string>): void {
  for (let folder = dirname(name); folder !== '.'; folder = dirname(folder)) {
    if (links.has(folder)) throw invalid(header, `it would be written through the link ${folder}`)
  }
}

function invalid({ name }: Header, why: string): UpdateError {
  return new UpdateError('archive_invalid', `archive entry ${name}: ${why}`)
}

/** Header in order; contents are passed over. @throws UpdateError `archive_invalid` */
async function* headersOf(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Header> {
  const parser = extract()
  const feeding = feed(parser, pieces)
  feeding.catch(() => undefined)
  try {
    for await (const entry of parser) {
      yield entry.header
      entry.resume()
    }
  } catch (error) {
    // What the bytes' own source threw is the reason; a parser that was fed nonsense only complains.
    await feeding
    const why = error instanceof Error ? error.message : String(error)
    throw new UpdateError('archive_invalid', `archive: expected a tar archive: ${why}`, { cause: error })
  } finally {
    parser.destroy()
    await feeding.catch(() => undefined)
  }
}

async function feed(parser: Extract, pieces: AsyncIterable<Uint8Array>): Promise<void> {
  const closed = new Promise<void>((resolve) => parser.once('close', resolve))
  try {
    for await (const piece of owned(pieces)) {
      if (parser.destroyed) return
      if (!parser.write(piece))
        await Promise.race([new Promise<void>((resolve) => parser.once('drain', resolve)), closed])
    }
    parser.end(undefined)
  } catch (error) {
    parser.destroy(error instanceof Error ? error : new Error(String(error)))
    throw error
  }
}
