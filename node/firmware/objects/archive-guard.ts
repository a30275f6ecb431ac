import { dirname, normalize } from 'node:path/posix'
import { TrustError } from '@windlass/trust'
import { type ByteSource, decodePax, streamSource, type TarHeader, tarEntries } from '@windlass/trust/tar'
import { UpdateError } from '../update-error.ts'

/** The type flags of tar: files, links, symlinks, devices, folders, pipes. */
const kinds = '01234567'
const [link, symlink, folder] = ['1', '2', '5']

// All names kept here together. A root filesystem has a few thousand folders and links.
const mostNameChars = 16 * 1024 * 1024
const mostGlobalBytes = 64 * 1024

/** What an archive that passed will write into, to be held against what is on the disk already. */
export interface ArchivePlan {
  /** Folders that entries lie in, relative, `.` for the root. */
  folders: Set<string>
}

/**
 * Reads a whole tar stream, of at most `mostBytes`, and refuses what an honest image does not hold and a hostile one needs: absolute
 * names, `..`, hard links that lead out, and anything that lies beneath a link of the archive's own. Symlinks
 * themselves may say what they like: they are data of the filesystem being made.
 * @throws UpdateError `archive_invalid`, `archive_too_large`
 */
export async function guardArchive(pieces: AsyncIterable<Uint8Array>, mostBytes: number): Promise<ArchivePlan> {
  const source = streamSource(pieces, mostBytes)
  try {
    return await planOf(source)
  } catch (error) {
    if (!(error instanceof TrustError)) throw error
    const code = error.code === 'archive_too_large' ? error.code : 'archive_invalid'
    throw new UpdateError(code, error.message, { cause: error })
  } finally {
    await source.close()
  }
}

async function planOf(source: ByteSource): Promise<ArchivePlan> {
  const folders = new Set<string>()
  const links = new Set<string>()
  let chars = 0
  const keep = (set: Set<string>, name: string) => {
    if (!set.has(name)) chars += name.length
    set.add(name)
    if (chars > mostNameChars)
      throw new UpdateError('archive_too_large', `archive: more than ${mostNameChars} in names`)
  }
  for await (const header of tarEntries(source)) {
    if (header.type === 'g') {
      await checkGlobal(header, source)
      continue
    }
    checkKind(header)
    const name = innerName(header, header.name)
    refuseBeneathLink(header, name, links)
    keep(folders, dirname(name))
    if (header.type === folder || header.name.endsWith('/')) keep(folders, name)
    if (header.type === link) keep(folders, dirname(linkedName(header, links)))
    if (header.type === link || header.type === symlink) keep(links, name)
  }
  return { folders }
}

/** What it says would hold for all entries, and is not looked for there. */
async function checkGlobal(header: TarHeader, source: ByteSource): Promise<void> {
  if (header.size > mostGlobalBytes)
    throw invalid(header, `expected at most 64 KiB of global facts, got ${header.size}`)
  const named = Object.keys(decodePax(await source.take(header.size)))
  if (named.length > 0) throw invalid(header, `expected no global facts about files, got ${named.join(', ')}`)
}

function checkKind(header: TarHeader): void {
  if (!kinds.includes(header.type)) {
    throw invalid(header, `expected a file, folder, link or device, got type ${JSON.stringify(header.type)}`)
  }
  // Unpackers differ in whether these bytes are there.
  if (header.size > 0 && header.type !== '0' && header.type !== '7') {
    throw invalid(header, `expected content only in files, got ${header.size} bytes`)
  }
}

function linkedName(header: TarHeader, links: ReadonlySet<string>): string {
  const linked = innerName(header, header.linkname)
  refuseBeneathLink(header, linked, links)
  return linked
}

function innerName(header: TarHeader, name: string): string {
  if (name === '' || name.includes('\0') || name.startsWith('/')) {
    throw invalid(header, `expected a relative name, got ${JSON.stringify(name)}`)
  }
  if (name.split('/').includes('..')) throw invalid(header, `expected no ".." in a name, got "${name}"`)
  return normalize(name).replace(/\/$/, '')
}

function refuseBeneathLink(header: TarHeader, name: string, links: ReadonlySet<string>): void {
  for (let above = dirname(name); above !== '.'; above = dirname(above)) {
    if (links.has(above)) throw invalid(header, `it would be written through the link ${above}`)
  }
}

function invalid({ name }: TarHeader, why: string): UpdateError {
  return new UpdateError('archive_invalid', `archive entry ${name}: ${why}`)
}
