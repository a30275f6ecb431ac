import type { Files, OpenFile } from '@windlass/platform'

/** A download that grows, and outlives whoever makes it grow: bytes are written as they come. */
export class PartFile {
  readonly #file: OpenFile
  readonly #syncEveryBytes: number
  #length: number
  #unsynced = 0

  private constructor(file: OpenFile, length: number, syncEveryBytes: number) {
    this.#file = file
    this.#length = length
    this.#syncEveryBytes = syncEveryBytes
  }

  /** Keeps what an earlier run left there. */
  static async open(files: Files, path: string, syncEveryBytes: number): Promise<PartFile> {
    const file = await files.open(path, 'append')
    return new PartFile(file, await file.size(), syncEveryBytes)
  }

  get length(): number {
    return this.#length
  }

  async append(bytes: Uint8Array): Promise<void> {
    await this.#file.write(bytes, this.#length)
    this.#length += bytes.length
    this.#unsynced += bytes.length
    if (this.#unsynced < this.#syncEveryBytes) return
    await this.#file.sync()
    this.#unsynced = 0
  }

  async empty(): Promise<void> {
    await this.#file.truncate(0)
    this.#length = 0
  }

  close(): Promise<void> {
    return this.#file.close()
  }
}
