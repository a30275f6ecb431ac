import { dirname, join } from 'node:path/posix'
import {
  type Clock,
  type Files,
  type Http,
  type HttpAnswer,
  HttpError,
  isDiskError,
  type OpenFile,
  type Random,
  ReadRoom,
  type RetryPolicy,
  retry,
} from '@windlass/platform'
import { createDigest } from '@windlass/trust'
import { ServicesError } from '../services-error.ts'
import { hexOf } from './blob-digest.ts'

export interface BlobPorts {
  files: Files
  http: Http
  clock: Clock
  random: Random
}

/** Within the unit: a server that is gone for longer is reported, and asked again with the next order. */
const patience: RetryPolicy = {
  attempts: 4,
  firstDelayMs: 1000,
  factor: 2,
  maxDelayMs: 5000,
  jitter: 0.2,
  mayHelp: (error) => error instanceof HttpError || (error instanceof ServicesError && error.code !== 'no_space'),
}

/** Checked blobs, by their digests, in `<folder>/<hex>`; what is on its way has `.part` behind its name. */
export class BlobStore {
  readonly #ports: BlobPorts
  readonly #folder: string
  readonly #fetching = new Map<string, Promise<void>>()

  constructor(ports: BlobPorts, folder: string) {
    this.#ports = ports
    this.#folder = folder
  }

  path(digest: string): string {
    return join(this.#folder, hexOf(digest))
  }

  async has(digest: string): Promise<boolean> {
    return (await this.#ports.files.facts(this.path(digest))) !== undefined
  }

  /** It is there and has its digest. What a disk did not keep is removed, so that it is fetched again. */
  async intact(digest: string): Promise<boolean> {
    if (!(await this.has(digest))) return false
    if ((await this.#digestOf(this.path(digest))) === digest) return true
    await this.remove(digest)
    return false
  }

  /** @throws FilesError past `maxBytes` */
  read(digest: string, maxBytes: number): Promise<Uint8Array> {
    return this.#ports.files.readFile(this.path(digest), maxBytes)
  }

  async remove(digest: string): Promise<void> {
    await this.#ports.files.remove(this.path(digest))
    await this.#ports.files.remove(`${this.path(digest)}.part`)
  }

  /** Digests of the blobs that are here, whole or in part. */
  async list(): Promise<string[]> {
    await this.#ports.files.makeFolder(this.#folder)
    const names = (await this.#ports.files.list(this.#folder)).map((name) => name.replace(/\.part$/, ''))
    return [...new Set(names)].filter((name) => /^[a-f0-9]{64}$/.test(name)).map((hex) => `sha256:${hex}`)
  }

  /** How many bytes are still to come of a blob of `size` bytes. */
  async missing(digest: string, size: number): Promise<number> {
    if (await this.has(digest)) return 0
    const held = (await this.#ports.files.facts(`${this.path(digest)}.part`))?.size ?? 0
    return Math.max(0, size - held)
  }

  /**
   * Brings the blob here, going on from what an earlier try left. Asked twice at a time, it is fetched once.
   * `mostBytes`: no blob of that name is longer. @throws ServicesError `unreachable`, `checksum`, `no_space`
   */
  async fetch(digest: string, url: string, mostBytes: number, stop: AbortSignal): Promise<void> {
    const under = this.#fetching.get(digest)
    if (under) return await under
    const work = this.#fetch(digest, url, mostBytes, stop).finally(() => this.#fetching.delete(digest))
    this.#fetching.set(digest, work)
    await work
  }

  async #fetch(digest: string, url: string, mostBytes: number, stop: AbortSignal): Promise<void> {
    if (await this.has(digest)) return
    const part = `${this.path(digest)}.part`
    await this.#ports.files.makeFolder(dirname(part))
    try {
      await retry(() => this.#attempt(digest, url, mostBytes, stop), patience, this.#ports, stop)
    } catch (error) {
      if (isDiskError(error, 'ENOSPC', 'EDQUOT')) {
        throw new ServicesError('no_space', `${digest}: the disk is full`, { cause: error })
      }
      if (!(error instanceof HttpError)) throw error
      throw new ServicesError('unreachable', `${digest}: ${error.message}`, { cause: error })
    }
  }

  async #attempt(digest: string, url: string, mostBytes: number, stop: AbortSignal): Promise<void> {
    const { files } = this.#ports
    const path = this.path(digest)
    const part = `${path}.part`
    const file = await files.open(part, 'append')
    try {
      await this.#fill(file, url, mostBytes, stop)
      await file.sync()
    } finally {
      await file.close()
    }
    const came = await this.#digestOf(part)
    if (came !== digest) {
      await files.remove(part)
      throw new ServicesError('checksum', `${url}: expected bytes of ${digest}, got bytes of ${came}`)
    }
    await files.rename(part, path)
    const folder = await files.open(dirname(path), 'read')
    try {
      await folder.sync()
    } finally {
      await folder.close()
    }
  }

  async #fill(file: OpenFile, url: string, mostBytes: number, stop: AbortSignal): Promise<void> {
    const held = await file.size()
    const headers: Record<string, string> = held > 0 ? { range: `bytes=${held}-` } : {}
    const answer = await this.#ports.http.send({ url, headers }, stop)
    // The part is as long as the blob, or longer: its digest will tell.
    if (answer.status === 416) return answer.discard()
    let at = startOf(answer, held, url)
    if (at === 0) await file.truncate(0)
    for await (const bytes of answer.body) {
      stop.throwIfAborted()
      if (at + bytes.length > mostBytes) {
        await file.truncate(0)
        throw new ServicesError('checksum', `${url}: expected at most ${mostBytes} bytes, got more`)
      }
      await file.write(bytes, at)
      at += bytes.length
    }
  }

  async #digestOf(path: string): Promise<string> {
    const digest = createDigest()
    const file = await this.#ports.files.open(path, 'read')
    try {
      const piece = new ReadRoom(256 * 1024)
      for (let at = 0; ; ) {
        const count = await file.read(piece.room, at)
        if (count === 0) return `sha256:${digest.digest()}`
        digest.update(piece.taken(count))
        at += count
      }
    } finally {
      await file.close()
    }
  }
}

/** At which byte the answer's body begins. */
function startOf(answer: HttpAnswer, held: number, url: string): number {
  if (answer.status === 200) return 0
  const from = /^bytes (\d+)-/.exec(answer.headers['content-range'] ?? '')?.[1]
  if (answer.status === 206 && Number(from) === held) return held
  answer.discard()
  throw new ServicesError('unreachable', `${url}: expected 200 or 206 from byte ${held}, got ${answer.status}`)
}
