import { dirname } from 'node:path/posix'
import type { Sha256 } from '@windlass/model'
import type { Files, OpenFile } from '@windlass/platform'
import { createDigest } from '@windlass/trust'
import { readThrough } from './read-through.ts'

/**
 * The file a download grows, with the digest of what it holds carried along. Bytes are written as they come and not
 * gathered first: what was written outlives the process, so that killing it costs no byte twice.
 */
export class PartFile {
  readonly #files: Files
  readonly #path: string
  readonly #file: OpenFile
  readonly #syncEveryBytes: number
  #digest = createDigest()
  #length = 0
  #unsynced = 0
  #inherited = false

  private constructor(files: Files, path: string, file: OpenFile, syncEveryBytes: number) {
    this.#files = files
    this.#path = path
    this.#file = file
    this.#syncEveryBytes = syncEveryBytes
  }

  /** Keeps the bytes of an earlier run, read once for their digest; more than `mostKept` of them are thrown away. */
  static async open(
    files: Files,
    path: string,
    { mostKept, syncEveryBytes }: { mostKept: number; syncEveryBytes: number },
    stop: AbortSignal,
  ): Promise<PartFile> {
    await files.makeFolder(dirname(path))
    const part = new PartFile(files, path, await files.open(path, 'append'), syncEveryBytes)
    try {
      await part.#inherit(mostKept, stop)
      return part
    } catch (error) {
      await part.#file.close()
      throw error
    }
  }

  async #inherit(mostKept: number, stop: AbortSignal): Promise<void> {
    const size = await this.#file.size()
    if (size > mostKept) return this.#file.truncate(0)
    if (size > 0) await readThrough(this.#files, this.#path, (bytes) => this.#count(bytes), stop)
    this.#inherited = size > 0
  }

  get length(): number {
    return this.#length
  }

  /** It starts with bytes of an earlier run, which a power cut may have spoilt. */
  get inherited(): boolean {
    return this.#inherited
  }

  async append(bytes: Uint8Array): Promise<void> {
    await this.#file.write(bytes, this.#length)
    this.#count(bytes)
    this.#unsynced += bytes.length
    if (this.#unsynced < this.#syncEveryBytes) return
    await this.#file.sync()
    this.#unsynced = 0
  }

  #count(bytes: Uint8Array): void {
    this.#digest.update(bytes)
    this.#length += bytes.length
  }

  async empty(): Promise<void> {
    await this.#file.truncate(0)
    this.#digest = createDigest()
    this.#length = 0
    this.#inherited = false
  }

  /** The digest of all it holds. Afterwards it can only be emptied or closed. */
  digest(): Sha256 {
    return this.#digest.digest()
  }

  /** Returns when what it holds, and its name, would survive a power cut. */
  async keep(): Promise<void> {
    await this.#file.sync()
    const folder = await this.#files.open(dirname(this.#path), 'read')
    try {
      await folder.sync()
    } finally {
      await folder.close()
    }
  }

  async close(): Promise<void> {
    await this.#file.close()
  }
}
