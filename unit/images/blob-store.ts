import { createHash } from 'node:crypto'
import { join } from 'node:path/posix'
import { isSha256, type Sha256 } from '@windlass/model'
import type { Files } from '@windlass/platform'
import { mostDocumentBytes } from '@windlass/wire/oci'
import { BlobError } from './blob-error.ts'
import { readFile } from './read-file.ts'

/**
 * Blobs as files named by their digest, shared by all items (aoscore.md 4.2). Under `blobs/sha256` is only what was
 * checked whole; `downloads` holds files as they travel, whole or in part; `unverified` what is being decrypted.
 */
export class BlobStore {
  readonly files: Files
  readonly folder: string
  /** Size and time of files whose digest was right when it was last computed. */
  readonly #checked = new Map<string, string>()
  constructor(files: Files, folder: string) {
    this.files = files
    this.folder = folder
  }

  async prepare(): Promise<void> {
    for (const room of rooms) await this.files.makeFolder(join(this.folder, room))
  }

  path(digest: string): string {
    return join(this.folder, 'blobs/sha256', hexOf(digest))
  }

  partPath(digest: string): string {
    return join(this.folder, 'downloads', hexOf(digest))
  }

  unverifiedPath(digest: string): string {
    return join(this.folder, 'unverified', hexOf(digest))
  }

  async has(digest: string): Promise<boolean> {
    return isDigest(digest) && (await this.files.facts(this.path(digest)))?.kind === 'file'
  }

  /** It is there and has its digest; read anew each time. */
  async intact(digest: string, stop?: AbortSignal): Promise<boolean> {
    const stamp = await this.#stamp(digest)
    if (stamp === undefined) return false
    const hash = createHash('sha256')
    for await (const bytes of readFile(this.files, this.path(digest), {}, stop)) hash.update(bytes)
    const isRight = hash.digest('hex') === hexOf(digest)
    if (isRight) this.#checked.set(digest, stamp)
    else this.#checked.delete(digest)
    return isRight
  }

  /** It was right when this process read it, and nobody wrote to it since. What decays on the disk, `intact` finds. */
  async unchanged(digest: string): Promise<boolean> {
    const stamp = this.#checked.get(digest)
    return stamp !== undefined && stamp === (await this.#stamp(digest))
  }

  async #stamp(digest: string): Promise<string | undefined> {
    const facts = isDigest(digest) ? await this.files.facts(this.path(digest)) : undefined
    return facts?.kind === 'file' ? `${facts.size} ${facts.changed}` : undefined
  }

  /** A whole small blob, checked. @throws BlobError `absent`, `checksum`; FilesError `too_large` */
  async document(digest: string): Promise<Uint8Array> {
    if (!(await this.has(digest))) throw new BlobError('absent', `${digest}: expected it in the store, found none`)
    const bytes = await this.files.readFile(this.path(digest), mostDocumentBytes)
    const came = createHash('sha256').update(bytes).digest('hex')
    if (came !== hexOf(digest)) throw new BlobError('checksum', `${digest}: expected its bytes, got those of ${came}`)
    return bytes
  }

  /** Takes a checked file in under its final name. Once it returns, that survives a power cut. */
  async admit(path: string, digest: string): Promise<void> {
    await this.#sync(path)
    await this.files.rename(path, this.path(digest))
    await this.#sync(join(this.folder, 'blobs/sha256'))
  }

  /** Takes a blob that is not what it should be out of the store; its download may go on. */
  async discard(digest: string): Promise<void> {
    await this.files.remove(this.path(digest))
  }

  async remove(digest: string): Promise<void> {
    await this.discard(digest)
    await this.files.remove(this.partPath(digest))
  }

  /** Removes what is of no use to anybody: blobs not in `keep`, downloads of no blob that is still to come. */
  async sweep(keep: ReadonlySet<string>): Promise<void> {
    const isHere = new Set(await this.#sweep('blobs/sha256', (digest) => keep.has(digest)))
    await this.#sweep('downloads', (digest) => keep.has(digest) && !isHere.has(digest))
    await this.#sweep('unverified', () => false)
  }

  /** Returns those that stay. Files of other names are nobody's business. */
  async #sweep(room: (typeof rooms)[number], stays: (digest: string) => boolean): Promise<string[]> {
    const digests = (await this.files.list(join(this.folder, room))).filter(isSha256).map((name) => `sha256:${name}`)
    const gone = digests.filter((digest) => !stays(digest))
    for (const digest of gone) await this.files.remove(join(this.folder, room, hexOf(digest)))
    return digests.filter(stays)
  }

  async #sync(path: string): Promise<void> {
    const file = await this.files.open(path, 'read')
    try {
      await file.sync()
    } finally {
      await file.close()
    }
  }
}

const rooms = ['blobs/sha256', 'downloads', 'unverified'] as const

function isDigest(digest: string): boolean {
  return /^sha256:[a-f0-9]{64}$/.test(digest)
}

/** The digits of `sha256:…`. @throws BlobError `unsupported` for any other form; what it returns is safe as a file name */
export function hexOf(digest: string): Sha256 {
  const hex = digest.slice('sha256:'.length)
  if (digest.startsWith('sha256:') && isSha256(hex)) return hex
  throw new BlobError(
    'unsupported',
    `expected "sha256:" and 64 lower-case hexadecimal digits, got ${digest.slice(0, 80)}`,
  )
}
