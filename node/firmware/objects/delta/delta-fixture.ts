import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { brotliCompressSync } from 'node:zlib'
import { someBytes } from '../objects-fixture.ts'

/**
 * The image of the archives in `fixtures`: zeros, noise, text, zeros, and the same noise and text once more. They were made
 * of it by the tool itself, version 0.15.0: `bita compress -i image --avg-chunk-size 1KiB --min-chunk-size 256B
 * --max-chunk-size 8KiB --compression …`; `fixed` with `--fixed-size 4096B`, `buzhash` with `--hash-chunking BuzHash
 * --hash-length 16`.
 */
export function fixtureImage(): Uint8Array {
  const text = Buffer.from('Windlass raw-delta fixture line 0123456789\n'.repeat(400))
  const noise = someBytes(6000)
  return Buffer.concat([
    new Uint8Array(1024),
    noise,
    text,
    new Uint8Array(20_000),
    someBytes(3000, 2),
    noise,
    text.subarray(7),
  ])
}

export const fixtureNames = ['rollsum-brotli', 'rollsum-zstd', 'rollsum-xz', 'fixed-brotli', 'buzhash-brotli'] as const

export function fixture(name: (typeof fixtureNames)[number]): Uint8Array {
  return readFileSync(join(import.meta.dirname, 'fixtures', `${name}.cba`))
}

/** How `makeArchive` differs from an honest maker. */
export interface Making {
  /** Bytes of a chunk, but for the last. */
  cutEvery?: number
  /** In place of what the header would say. */
  dictionary?: (fields: Uint8Array[]) => Uint8Array[]
}

/** An archive of the same format by the format's description, cut into equal chunks, compressed where that helps. */
export function makeArchive(
  image: Uint8Array,
  { cutEvery = 4096, dictionary = (same) => same }: Making = {},
): Uint8Array {
  const stored: Uint8Array[] = []
  const order: number[] = []
  const known = new Map<string, number>()
  const descriptors: Uint8Array[] = []
  let end = 0
  for (let at = 0; at < image.length; at += cutEvery) {
    const chunk = image.subarray(at, at + cutEvery)
    const hash = blake(chunk)
    const key = hash.toString('hex')
    const index = known.get(key) ?? known.size
    order.push(index)
    if (known.has(key)) continue
    known.set(key, index)
    const packed = brotliCompressSync(chunk)
    const bytes = packed.length < chunk.length ? packed : chunk
    descriptors.push(message([bytesField(1, hash), field(3, bytes.length), field(4, end), field(5, chunk.length)]))
    stored.push(bytes)
    end += bytes.length
  }
  const fields = dictionary([
    bytesField(2, blake(image)),
    field(3, image.length),
    bytesField(4, message([field(3, cutEvery), field(5, 64), field(6, 2)])),
    bytesField(5, message([field(2, 3), field(3, 6)])),
    bytesField(6, message(order.map((index) => varint(index)))),
    ...descriptors.map((descriptor) => bytesField(7, descriptor)),
  ])
  return Buffer.concat([headerOf(message(fields)), ...stored])
}

/** The header around a dictionary. */
export function headerOf(dictionary: Uint8Array): Uint8Array {
  const whole = Buffer.concat([Buffer.from('BITA1\0'), u64(dictionary.length), dictionary])
  const header = Buffer.concat([whole, u64(whole.length + 72)])
  return Buffer.concat([header, blake(header)])
}

export const field = (number: number, value: number) => Buffer.concat([varint(number * 8), varint(value)])
export const bytesField = (number: number, bytes: Uint8Array) =>
  Buffer.concat([varint(number * 8 + 2), varint(bytes.length), bytes])
const message = (fields: readonly Uint8Array[]) => Buffer.concat(fields)
const blake = (bytes: Uint8Array) => createHash('blake2b512').update(bytes).digest()

function varint(value: number): Uint8Array {
  const bytes: number[] = []
  let rest = value
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128)
  return Buffer.from([...bytes, rest])
}

function u64(value: number): Uint8Array {
  const bytes = Buffer.alloc(8)
  bytes.writeBigUInt64LE(BigInt(value))
  return bytes
}
