import { createHash } from 'node:crypto'
import type { OpenFile } from '@windlass/platform'
import { UpdateError } from '../../update-error.ts'
import type { ObjectPorts, StoredBytes } from '../port.ts'
import { differences, readAt, steadySync } from '../write-differences.ts'
import { chunkBytes } from './chunk-bytes.ts'
import type { Chunk, DeltaHeader } from './header.ts'
import { findInPlace, findOnSeed, Places, positions, type Search, sameHash } from './places.ts'
import { readPieces } from './read-pieces.ts'

const bufferBytes = 256 * 1024

/** What an image is made from and where to. `from`: where it begins on target and seed, in bytes. */
export interface Making {
  header: DeltaHeader
  archive: StoredBytes
  target: OpenFile
  /** What may hold much of it already: only read, and believed only as far as its hashes go. */
  seed: OpenFile | undefined
  from: number
}

/** Bytes of the image by where they came from. */
export interface Made {
  inPlace: number
  seed: number
  archive: number
}

/**
 * Makes the target hold the image. What it holds already stays, what the seed has is copied, the rest comes from the archive;
 * each chunk goes by its hash. Synced when it returns, and read back: the whole has the checksum of the archive's header.
 * @param told how many bytes of the image are done. @throws UpdateError `object_mismatch`, `install_failed`
 */
export async function rebuild(
  making: Making,
  ports: ObjectPorts,
  told: (doneBytes: number) => void,
  stop: AbortSignal,
): Promise<Made> {
  const { header, target, seed, from } = making
  const places = new Places(header.chunks.length)
  const search: Search = { header, from, places, buffer: Buffer.allocUnsafeSlow(bufferBytes), stop }
  const right = await findInPlace(search, target)
  if (seed && right.includes(0)) await findOnSeed(search, seed)
  const writer = new Writer(making, search, ports)
  const made: Made = { inPlace: 0, seed: 0, archive: 0 }
  try {
    for (const { nth, index, chunk, at } of positions(header, from)) {
      stop.throwIfAborted()
      if (right[nth] === 1) made.inPlace += chunk.size
      else made[await writer.put(index, chunk, at)] += chunk.size
      told(at + chunk.size - from)
    }
  } catch (error) {
    await writer.settled()
    throw error
  }
  await writer.sync()
  await checkImage(search, target)
  return made
}

class Writer {
  readonly #making: Making
  readonly #search: Search
  readonly #ports: ObjectPorts
  readonly #sync: ReturnType<typeof steadySync>
  #run = { from: 0, end: 0 }
  readonly #present = Buffer.allocUnsafeSlow(bufferBytes)
  constructor(making: Making, search: Search, ports: ObjectPorts) {
    this.#making = making
    this.#search = search
    this.#ports = ports
    this.#sync = steadySync(making.target)
  }

  /** Returns where it came from. Afterwards it can be had from where it was put. */
  async put(index: number, chunk: Chunk, at: number): Promise<keyof Made> {
    const { places, stop, header } = this.#search
    const source = (await this.#copied(index, chunk, at)) ?? 'archive'
    if (source === 'archive') {
      const stored = this.#making.archive.read(chunk.at, chunk.storedSize, this.#until(index), stop)
      const plain = chunkBytes(stored, chunk, header.compression, this.#ports, stop)
      if (!(await this.#write(plain, chunk, at))) {
        throw new UpdateError(
          'object_mismatch',
          `delta archive: the chunk at byte ${chunk.at} has not the hash it must have`,
        )
      }
    }
    places.set(index, { on: 'target', at })
    return source
  }

  /** After a failure: the file must not be closed under a sync that runs. */
  async settled(): Promise<void> {
    await this.#sync.settled().catch(() => undefined)
  }

  async sync(): Promise<void> {
    await this.#sync.settled()
    await this.#making.target.sync()
  }

  /** Undefined when there is nothing to copy, or when it changed since it was found: the running set is alive. */
  async #copied(index: number, chunk: Chunk, at: number): Promise<keyof Made | undefined> {
    const place = this.#search.places.get(index)
    const file = place?.on === 'seed' ? this.#making.seed : this.#making.target
    if (!place || !file) return undefined
    const pieces = readPieces(file, place.at, chunk.size, this.#search.buffer)
    if (!(await this.#write(pieces, chunk, at))) return undefined
    return place.on === 'seed' ? 'seed' : 'inPlace'
  }

  /** Writes what differs. False when the hash turns out to be another. */
  async #write(pieces: AsyncIterable<Uint8Array>, chunk: Chunk, from: number): Promise<boolean> {
    const { target } = this.#making
    const hash = createHash('blake2b512')
    let at = from
    for await (const piece of split(pieces)) {
      hash.update(piece)
      const present = await readAt(target, this.#present.subarray(0, piece.length), at)
      for (const [begin, end] of differences(piece, present)) {
        await target.write(piece.subarray(begin, end), at + begin)
        await this.#sync.wrote(end - begin)
      }
      at += piece.length
    }
    return at - from === chunk.size && sameHash(chunk, hash.digest())
  }

  /** The end of the chunks that follow in the archive without a gap and will be wanted too. */
  #until(index: number): number {
    const { header, places } = this.#search
    const chunk = header.chunks.get(index)
    let end = chunk.at + chunk.storedSize
    if (chunk.at >= this.#run.from && end <= this.#run.end) return this.#run.end
    for (let i = index + 1; i < header.chunks.length && !places.get(i); i++) {
      const { at, storedSize } = header.chunks.get(i)
      if (at !== end) break
      end = at + storedSize
    }
    this.#run = { from: chunk.at, end }
    return end
  }
}

async function* split(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  for await (const piece of pieces) {
    for (let at = 0; at < piece.length; at += bufferBytes) yield piece.subarray(at, at + bufferBytes)
  }
}

async function checkImage({ header, from, buffer, stop }: Search, target: OpenFile): Promise<void> {
  const hash = createHash('blake2b512')
  for await (const piece of readPieces(target, from, header.size, buffer)) {
    stop.throwIfAborted()
    hash.update(piece)
  }
  const came = hash.digest()
  if (came.equals(header.checksum)) return
  const expected = Buffer.from(header.checksum).toString('hex')
  throw new UpdateError(
    'install_failed',
    `the image read back: expected BLAKE2b ${expected}, got ${came.toString('hex')}`,
  )
}
