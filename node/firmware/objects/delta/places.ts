import { createHash } from 'node:crypto'
import type { OpenFile } from '@windlass/platform'
import { cut } from './cut.ts'
import type { Chunk, DeltaHeader } from './header.ts'
import { readPieces } from './read-pieces.ts'

/** Where a chunk's bytes lie already: at a place of the target that is as it shall be, or on the seed. */
export interface Place {
  on: 'target' | 'seed'
  at: number
}

/** What is known of where chunks can be had, by index. Those that are nowhere come from the archive. */
export class Places {
  readonly #kinds: Uint8Array
  readonly #ats: Float64Array
  constructor(chunks: number) {
    this.#kinds = new Uint8Array(chunks)
    this.#ats = new Float64Array(chunks)
  }

  get(index: number): Place | undefined {
    const kind = this.#kinds[index]
    return kind ? { on: kind === 1 ? 'target' : 'seed', at: this.#ats[index] ?? 0 } : undefined
  }

  set(index: number, place: Place | undefined): void {
    this.#kinds[index] = place ? (place.on === 'target' ? 1 : 2) : 0
    this.#ats[index] = place?.at ?? 0
  }
}

/** Where each chunk of the image belongs on the target, whose image begins at `from`. */
export function* positions({ order, chunks }: DeltaHeader, from: number) {
  let at = from
  for (const [nth, index] of order.entries()) {
    const chunk = chunks.get(index)
    yield { nth, index, chunk, at }
    at += chunk.size
  }
}

/** What a search works with. `from`: where the image begins on target and seed. `buffer`: what all reading goes through. */
export interface Search {
  header: DeltaHeader
  from: number
  places: Places
  buffer: Uint8Array
  stop: AbortSignal
}

/** Finds what the target holds where it belongs: one byte each in order, 1 for those that need not be written. */
export async function findInPlace(search: Search, target: OpenFile): Promise<Uint8Array> {
  const { header, from, places, buffer, stop } = search
  const right = new Uint8Array(header.order.length)
  const size = await target.size()
  for (const { nth, index, chunk, at } of positions(header, from)) {
    stop.throwIfAborted()
    if (at + chunk.size > size || !(await holds(target, at, chunk, buffer))) continue
    right[nth] = 1
    places.set(index, { on: 'target', at })
  }
  return right
}

/** Finds chunks that are still wanted on the seed: wherever they lie when it can be cut as the image was, else in their place. */
export async function findOnSeed(search: Search, seed: OpenFile): Promise<void> {
  const { header, from, places, buffer, stop } = search
  const cuts = cut(readPieces(seed, from, (await seed.size()) - from, buffer), header.cutting)
  if (!cuts) return findAtSamePlace(search, seed)
  const wanted = byKey(search)
  for await (const found of cuts) {
    stop.throwIfAborted()
    const index = wanted.get(keyOf(found.hash, header))
    const chunk = index === undefined ? undefined : header.chunks.get(index)
    if (index === undefined || chunk?.size !== found.size || !sameHash(chunk, found.hash)) continue
    places.set(index, { on: 'seed', at: from + found.at })
  }
}

async function findAtSamePlace({ header, from, places, buffer, stop }: Search, seed: OpenFile): Promise<void> {
  const size = await seed.size()
  for (const { index, chunk, at } of positions(header, from)) {
    stop.throwIfAborted()
    if (places.get(index) || at + chunk.size > size) continue
    if (await holds(seed, at, chunk, buffer)) places.set(index, { on: 'seed', at })
  }
}

/** Whether these bytes are that chunk. */
async function holds(file: OpenFile, at: number, chunk: Chunk, buffer: Uint8Array): Promise<boolean> {
  const hash = createHash('blake2b512')
  for await (const piece of readPieces(file, at, chunk.size, buffer)) hash.update(piece)
  return sameHash(chunk, hash.digest())
}

/** Archives may keep only the first bytes of a hash. */
export function sameHash(chunk: Chunk, hash: Uint8Array): boolean {
  return Buffer.compare(chunk.hash, hash.subarray(0, chunk.hash.length)) === 0
}

function byKey({ header, places }: Search): Map<string, number> {
  const { chunks } = header
  const wanted = new Map<string, number>()
  for (let i = 0; i < chunks.length; i++) if (!places.get(i)) wanted.set(keyOf(chunks.get(i).hash, header), i)
  return wanted
}

// So short that tens of thousands take little memory, so long that hardly two are equal.
const keyBytes = 12
const keyOf = (hash: Uint8Array, { chunks }: DeltaHeader) =>
  Buffer.from(hash.subarray(0, Math.min(keyBytes, chunks.hashSize))).toString('latin1')
