import { createHash } from 'node:crypto'
import { UpdateError } from '../../update-error.ts'
import { type Field, fieldsOf, numbersOf } from './protobuf.ts'

/*
 * The archive of the `bita` tool (its header and dictionary, version 1): magic, the dictionary's size (u64, little endian),
 * the dictionary (protobuf), where the stored chunks begin (u64), BLAKE2b-512 of all that. Then the stored chunks.
 */

/** A piece of the image. `hash`: the first bytes of BLAKE2b-512 over it. `at`, `storedSize`: where it lies in the archive. */
export interface Chunk {
  hash: Uint8Array
  size: number
  at: number
  storedSize: number
}

/** How the image was cut. `mask`: which bits of the rolling sum are all set where a chunk ends. */
export type Cutting =
  | { by: 'rollsum'; mask: number; least: number; most: number; window: number }
  | { by: 'fixed'; most: number }
  | { by: 'buzhash' }

export type ChunkCompression = 'none' | 'xz' | 'zstd' | 'brotli'

/** What an archive says of itself. All sizes in bytes. */
export interface DeltaHeader {
  /** Of the image that it makes. */
  size: number
  /** BLAKE2b-512 over the image. */
  checksum: Uint8Array
  cutting: Cutting
  compression: ChunkCompression
  chunks: Chunks
  /** The image: indices into `chunks`, one after the other. */
  order: Uint32Array
}

export const startBytes = 14
// Stands for 190,000 chunks, which is an image of 12 GB cut as the tool does it by default.
const mostHeaderBytes = 16 * 1024 * 1024
const mostPlaces = 1_000_000
const magic = Buffer.from('BITA1\0', 'latin1')
const checksumBytes = 64

/** How long the header is, told by its first `startBytes` bytes. @throws UpdateError `archive_invalid` */
export function headerSize(start: Uint8Array): number {
  if (start.length < startBytes || !magic.equals(start.subarray(0, magic.length))) {
    throw invalid(`expected it to begin with BITA1, got ${Buffer.from(start.subarray(0, 6)).toString('hex')}`)
  }
  const dictionary = view(start).getBigUint64(magic.length, true)
  if (dictionary > BigInt(mostHeaderBytes)) {
    throw invalid(`expected a dictionary of at most ${mostHeaderBytes} bytes, got ${dictionary}`)
  }
  return startBytes + Number(dictionary) + 8 + checksumBytes
}

/** @param header as many bytes as `headerSize` said. @throws UpdateError `archive_invalid` */
export function readHeader(header: Uint8Array, archiveSize: number): DeltaHeader {
  const end = header.length - checksumBytes
  const came = createHash('blake2b512').update(header.subarray(0, end)).digest()
  if (!came.equals(header.subarray(end))) throw invalid('the checksum over its header is wrong')
  try {
    const read = readDictionary(header.subarray(startBytes, end - 8))
    read.chunks.shift(Number(view(header).getBigUint64(end - 8, true)))
    checkSums(read, archiveSize)
    return read
  } catch (error) {
    if (error instanceof RangeError) throw invalid(error.message, error)
    throw error
  }
}

function readDictionary(bytes: Uint8Array): DeltaHeader {
  const chunks = new Chunks(countOf(bytes, 7))
  const order: number[] = []
  let [size, checksum, compression, cutting]: [number, Uint8Array, ChunkCompression, Cutting | undefined] = [
    0,
    new Uint8Array(),
    'none',
    undefined,
  ]
  for (const field of fieldsOf(bytes)) {
    if (field.number === 2) checksum = bytesOf(field)
    if (field.number === 3) size = numberOf(field)
    if (field.number === 4) cutting = readCutting(bytesOf(field))
    if (field.number === 5) compression = readCompression(bytesOf(field))
    if (field.number === 6) readOrder(field, order)
    if (field.number === 7) chunks.add(readChunk(bytesOf(field)))
  }
  if (!cutting) throw new RangeError('it does not say how it was cut')
  return { size, checksum, compression, cutting, chunks, order: Uint32Array.from(order) }
}

function countOf(message: Uint8Array, number: number): number {
  let count = 0
  for (const field of fieldsOf(message)) if (field.number === number) count += 1
  return count
}

function readOrder(field: Field, order: number[]): void {
  for (const index of numbersOf(field)) {
    if (order.length === mostPlaces) throw new RangeError(`its image has more than ${mostPlaces} places`)
    order.push(index)
  }
}

function readChunk(message: Uint8Array): Chunk {
  const chunk: Chunk = { hash: new Uint8Array(), size: 0, at: 0, storedSize: 0 }
  for (const field of fieldsOf(message)) {
    if (field.number === 1) chunk.hash = bytesOf(field)
    if (field.number === 3) chunk.storedSize = numberOf(field)
    if (field.number === 4) chunk.at = numberOf(field)
    if (field.number === 5) chunk.size = numberOf(field)
  }
  return chunk
}

function readCutting(message: Uint8Array): Cutting {
  const [bits = 0, least = 0, most = 0, window = 0, , algorithm = 0] = byNumber(message)
  if (algorithm === 0) return { by: 'buzhash' }
  if (algorithm === 2 && most > 0) return { by: 'fixed', most }
  const sound = bits > 0 && bits <= 32 && window > 0 && window <= 1024 && window <= most && least <= most
  if (algorithm === 1 && sound) return { by: 'rollsum', mask: 0xffffffff >>> (32 - bits), least, most, window }
  throw new RangeError(`it was cut in a way not known: algorithm ${algorithm}, ${bits} bits, ${least} to ${most} bytes`)
}

function readCompression(message: Uint8Array): ChunkCompression {
  const [, kind = 0] = byNumber(message)
  const known = (['none', 'xz', 'zstd', 'brotli'] as const)[kind]
  if (known === undefined) throw new RangeError(`compression ${kind} is not known`)
  return known
}

/** Numbers of a message of nothing else, the field numbered 1 first. */
function byNumber(message: Uint8Array): number[] {
  const values: number[] = []
  for (const field of fieldsOf(message)) if (field.number <= 6) values[field.number - 1] = numberOf(field)
  return values
}

function checkSums({ order, chunks, size, checksum }: DeltaHeader, archiveSize: number): void {
  if (checksum.length !== checksumBytes) throw new RangeError(`its image has a checksum of ${checksum.length} bytes`)
  let sum = 0
  for (const index of order) sum += chunks.get(index).size
  if (sum !== size) throw new RangeError(`its chunks make ${sum} bytes, its image is said to have ${size}`)
  const end = chunks.end()
  if (end > archiveSize) throw new RangeError(`its chunks end at ${end}, it has ${archiveSize} bytes`)
}

const numberOf = ({ number, value }: Field): number => {
  if (typeof value === 'number') return value
  throw new RangeError(`field ${number} is no number`)
}
const bytesOf = ({ number, value }: Field): Uint8Array => {
  if (typeof value !== 'number') return value
  throw new RangeError(`field ${number} is a number`)
}

/** Chunks by the tens of thousands, in a few flat arrays. */
export class Chunks {
  readonly #hashes: Uint8Array[] = []
  readonly #sizes: Float64Array
  #length = 0
  constructor(most: number) {
    this.#sizes = new Float64Array(most * 3)
  }

  get length(): number {
    return this.#length
  }

  /** Bytes that the archive keeps of each hash, 4 to 64; 0 where there are no chunks. */
  get hashSize(): number {
    return this.#hashes[0]?.length ?? 0
  }

  add({ hash, size, at, storedSize }: Chunk): void {
    const { length } = hash
    if (length < 4 || length > checksumBytes || length !== (this.hashSize || length)) {
      throw new RangeError(`a chunk has a hash of ${length} bytes`)
    }
    if (size === 0 || storedSize === 0) throw new RangeError('a chunk is empty')
    this.#hashes.push(hash)
    this.#sizes.set([size, at, storedSize], this.#length * 3)
    this.#length += 1
  }

  /** @throws RangeError when there is none of this index */
  get(index: number): Chunk {
    const hash = this.#hashes[index]
    const [size, at, storedSize] = this.#sizes.subarray(index * 3, index * 3 + 3)
    if (hash && size !== undefined && at !== undefined && storedSize !== undefined)
      return { hash, size, at, storedSize }
    throw new RangeError(`expected one of ${this.#length} chunks, got number ${index}`)
  }

  /** Moves all of them on by so many bytes in the archive. */
  shift(bytes: number): void {
    for (let i = 0; i < this.#length; i++) this.#sizes[i * 3 + 1] = (this.#sizes[i * 3 + 1] ?? 0) + bytes
  }

  /** The end of the last of them in the archive. */
  end(): number {
    let end = 0
    for (let i = 0; i < this.#length; i++) end = Math.max(end, this.get(i).at + this.get(i).storedSize)
    return end
  }
}

function view({ buffer, byteOffset, length }: Uint8Array): DataView {
  return new DataView(buffer, byteOffset, length)
}

function invalid(why: string, cause?: unknown): UpdateError {
  return new UpdateError('archive_invalid', `delta archive: ${why}`, { cause })
}
