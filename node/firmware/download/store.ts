import { join } from 'node:path/posix'
import { isSha256, type ObjectBase } from '@windlass/model'
import type { Files } from '@windlass/platform'
import { createDigest, type Digest } from '@windlass/trust'
import type { Payload } from '../objects/port.ts'
import { readThrough } from './read-through.ts'
import { ensureSpace } from './space.ts'

/** Names that a local or direct installation leaves in the folder, besides the objects (updatehub.md 2.6, 2.8). */
const otherLeftovers: ReadonlySet<string> = new Set(['metadata', 'signature', 'fetched_pkg'])

/** A file that is being read through: what it was like then, and how far its digest is. */
interface Reading {
  mark: string
  digest: Digest
  doneBytes: number
  sha256sum?: string
}

/** The download folder: objects as files named by their digest. */
export class DownloadStore {
  readonly #files: Files
  readonly #folder: string
  /** Readings that were told to stop, by path. */
  #stopped = new Map<string, Reading>()
  constructor(files: Files, folder: string) {
    this.#files = files
    this.#folder = folder
  }

  /**
   * Makes the folder if need be and removes our own leftovers from it: objects that are not among `keep`, corrupt ones
   * among them, and what a local installation left. Incomplete ones stay, to be gone on with. UpdateHub removes every other
   * file as well (updatehub.md 2.8, case B14), also the package a user put there to install it (case D27). We take
   * nothing away whose name is not one of ours: a full disk says so in time, a deleted file is gone. `spared` is the path of
   * a package that is being read.
   */
  async clean(keep: readonly ObjectBase[], stop?: AbortSignal, spared?: string): Promise<void> {
    await this.#files.makeFolder(this.#folder)
    const kept = new Map<string, ObjectBase>(keep.map((object) => [object.sha256sum, object]))
    for (const name of await this.#files.list(this.#folder)) {
      const path = join(this.#folder, name)
      if ((!isSha256(name) && !otherLeftovers.has(name)) || path === spared) continue
      const facts = await this.#files.facts(path)
      if (facts?.kind !== 'file') continue
      const object = kept.get(name)
      if (object && (facts.size < object.size || (await this.ready(object, stop)))) continue
      await this.#files.remove(path)
    }
  }

  /**
   * Those to be fetched, each content once however often and under whatever file names it is listed (case D28). Asked again
   * after it was told to stop, it goes on where it was: a caller who makes the agent probe every few seconds stops
   * each validation (updatehub.md 1.3), and none of a large package would ever end.
   */
  async missing(objects: readonly ObjectBase[], stop?: AbortSignal): Promise<ObjectBase[]> {
    const distinct = new Map<string, ObjectBase>()
    for (const object of objects) if (!distinct.has(object.sha256sum)) distinct.set(object.sha256sum, object)
    const missing: ObjectBase[] = []
    for (const object of distinct.values()) {
      if (!(await this.#isReady(object, this.#stopped, stop))) missing.push(object)
    }
    this.#stopped = new Map()
    return missing
  }

  /** The whole object is there and has its digest; read anew each time it is asked. */
  async ready(object: ObjectBase, stop?: AbortSignal): Promise<boolean> {
    return this.#isReady(object, new Map(), stop)
  }

  async #isReady({ sha256sum, size }: ObjectBase, known: Map<string, Reading>, stop?: AbortSignal): Promise<boolean> {
    const path = join(this.#folder, sha256sum)
    const facts = await this.#files.facts(path)
    if (facts?.kind !== 'file' || facts.size !== size) return false
    const mark = `${facts.size} ${facts.changed}`
    const before = known.get(path)
    const reading = before?.mark === mark ? before : { mark, digest: createDigest(), doneBytes: 0 }
    known.set(path, reading)
    reading.sha256sum ??= await this.#digestOf(path, reading, stop)
    return reading.sha256sum === sha256sum
  }

  async #digestOf(path: string, reading: Reading, stop?: AbortSignal): Promise<string> {
    const take = (bytes: Uint8Array) => {
      reading.digest.update(bytes)
      reading.doneBytes += bytes.length
    }
    await readThrough(this.#files, path, take, stop, reading.doneBytes)
    return reading.digest.digest()
  }

  /** @throws UpdateError `no_space` when what is still to come of these distinct objects does not fit */
  async ensureSpace(missing: readonly ObjectBase[]): Promise<void> {
    let bytes = 0
    for (const { sha256sum, size } of missing) {
      const held = (await this.#files.facts(join(this.#folder, sha256sum)))?.size ?? 0
      bytes += size - Math.min(held, size)
    }
    await ensureSpace(this.#files, this.#folder, bytes)
  }

  /** Where the object's bytes lie, or will once it is fetched. */
  payload({ sha256sum, size }: ObjectBase): Payload {
    return { path: join(this.#folder, sha256sum), at: 0, size }
  }
}
