import { basename, dirname, join, normalize } from 'node:path/posix'
import { type ByteSource, decodePax, streamSource, type TarHeader, tarEntries } from '@windlass/trust/tar'
import { ServicesError } from '../services-error.ts'

/** What a layer says of the layers beneath it (OCI image specification 1.1, layer.md). Paths are relative. */
export interface Whiteouts {
  /** Names that are no longer there. */
  gone: string[]
  /** Folders of which nothing beneath is seen. */
  opaque: string[]
}

const [file, hardLink, symlink, folder, pipe, contiguous] = ['0', '1', '2', '5', '6', '7'] as const
const kinds: readonly string[] = [file, hardLink, symlink, folder, pipe, contiguous]
const marker = '.wh.'
const opaqueMarker = '.wh..wh..opq'
const mostNameChars = 16 * 1024 * 1024
const mostGlobalBytes = 64 * 1024

/**
 * Reads a whole unpacked layer of at most `mostBytes`, before any of it is unpacked, and refuses what only a hostile one holds:
 * names that lead out, anything beneath a link of its own, hard links to elsewhere, devices.
 * @throws ServicesError `invalid`, TrustError for what is no tar archive or too large
 */
export async function guardLayer(pieces: AsyncIterable<Uint8Array>, mostBytes: number): Promise<Whiteouts> {
  const source = streamSource(pieces, mostBytes)
  const whiteouts: Whiteouts = { gone: [], opaque: [] }
  const links = new Set<string>()
  let nameChars = 0
  try {
    for await (const entry of tarEntries(source)) {
      nameChars += entry.name.length
      if (nameChars > mostNameChars) throw refused(entry, `more than ${mostNameChars} characters in names`)
      if (entry.type === 'g') await checkGlobal(entry, source)
      else note(entry, links, whiteouts)
    }
    return whiteouts
  } finally {
    await source.close()
  }
}

function note(entry: TarHeader, links: Set<string>, whiteouts: Whiteouts): void {
  if (!kinds.includes(entry.type)) throw refused(entry, `a device or something unknown (type "${entry.type}")`)
  const name = innerName(entry, entry.name, links)
  if (entry.type === hardLink) innerName(entry, entry.linkname, links)
  if (entry.type === hardLink || entry.type === symlink) links.add(name)
  const base = basename(name)
  if (!base.startsWith(marker)) return
  const hidden = base.slice(marker.length)
  if (base === opaqueMarker) whiteouts.opaque.push(dirname(name))
  else if (hidden === '' || hidden === '.' || hidden === '..') throw refused(entry, 'a whiteout of nothing')
  // Others of these names are another filesystem's own affairs (aufs).
  else if (!hidden.startsWith(marker)) whiteouts.gone.push(join(dirname(name), hidden))
}

/** Relative, clean, and not through a link. */
function innerName(entry: TarHeader, name: string, links: ReadonlySet<string>): string {
  if (name === '' || name.startsWith('/') || name.includes('\0') || name.split('/').includes('..')) {
    throw refused(entry, `expected a name inside of the layer, got ${JSON.stringify(name)}`)
  }
  const clean = normalize(name).replace(/\/$/, '')
  for (let above = dirname(clean); above !== '.'; above = dirname(above)) {
    if (links.has(above)) throw refused(entry, `it lies beneath the link ${above}`)
  }
  return clean
}

/** Facts about all entries after it would be obeyed by an unpacker, and not be seen here. */
async function checkGlobal(entry: TarHeader, source: ByteSource): Promise<void> {
  const size = Math.min(entry.size, mostGlobalBytes + 1)
  const facts = size > mostGlobalBytes ? ['too many'] : Object.keys(decodePax(await source.take(size)))
  if (facts.length > 0) throw refused(entry, `expected no global facts, got ${facts.join(', ')}`)
}

function refused({ name }: TarHeader, why: string): ServicesError {
  return new ServicesError('invalid', `layer entry ${JSON.stringify(name)}: ${why}`)
}
