import type { Transform } from 'node:stream'
import { createGunzip, createZstdDecompress } from 'node:zlib'
import type { Processes } from '@windlass/platform'
import { UpdateError } from '../update-error.ts'
import { type Compression, compressionOf, compressionOfName, unpackers } from './compression.ts'

const outputBytes = 256 * 1024
const copyBytes = 64 * 1024

/** @throws UpdateError `tool_missing` when the file's name tells a compression that this device cannot unpack */
export async function requireUnpacker(
  object: { filename: string; compressed: boolean },
  ports: { processes: Processes },
): Promise<void> {
  const compression = object.compressed ? compressionOfName(object.filename) : undefined
  if (compression) await toolFor(compression, object.filename, ports)
}

/**
 * Unpacks a stream; its compression is told by its first bytes. A piece is only valid until the next is asked for.
 * @throws UpdateError `install_failed` when it is none of those known or broken, `tool_missing` when the program for it is
 */
export async function* decompress(
  pieces: AsyncIterable<Uint8Array>,
  name: string,
  ports: { processes: Processes },
  stop?: AbortSignal,
): AsyncGenerator<Uint8Array, void, undefined> {
  const { head, whole } = await peeked(pieces)
  const compression = compressionOf(head)
  if (!compression) {
    const came = Buffer.from(head.subarray(0, 8)).toString('hex')
    throw new UpdateError('install_failed', `${name}: expected a known compression, got bytes that begin with ${came}`)
  }
  yield* unpacked(compression, whole, name, ports, stop)
}

/** As decompress, but what has no known compression passes as it is. */
export async function* decompressIfNeeded(
  pieces: AsyncIterable<Uint8Array>,
  name: string,
  ports: { processes: Processes },
  stop?: AbortSignal,
): AsyncGenerator<Uint8Array, void, undefined> {
  const { head, whole } = await peeked(pieces)
  const compression = compressionOf(head)
  if (compression) yield* unpacked(compression, whole, name, ports, stop)
  else yield* whole
}

async function* unpacked(
  compression: Compression,
  pieces: AsyncIterable<Uint8Array>,
  name: string,
  ports: { processes: Processes },
  stop: AbortSignal | undefined,
): AsyncGenerator<Uint8Array, void, undefined> {
  const tool = await toolFor(compression, name, ports)
  try {
    if (tool) yield* byProgram(tool, pieces, ports, stop)
    else yield* inProcess(compression === 'gzip' ? gunzip() : unzstd(), pieces)
  } catch (error) {
    if (stop?.aborted || error instanceof UpdateError) throw error
    const why = error instanceof Error ? error.message : String(error)
    throw new UpdateError('install_failed', `${name}: cannot be unpacked as ${compression}: ${why}`, { cause: error })
  }
}

const gunzip = () => createGunzip({ chunkSize: outputBytes })
const unzstd = () => createZstdDecompress({ chunkSize: outputBytes })

async function toolFor(compression: Compression, name: string, ports: { processes: Processes }) {
  const tool = unpackers[compression]
  if (tool && (await ports.processes.find(tool)) === undefined) {
    throw new UpdateError('tool_missing', `${name}: expected the program ${tool} to unpack it, found none`)
  }
  return tool
}

/** The first piece, and all of them. */
async function peeked(pieces: AsyncIterable<Uint8Array>) {
  const source = pieces[Symbol.asyncIterator]()
  const first = await source.next()
  const head: Uint8Array = first.done ? new Uint8Array() : first.value
  return { head, whole: startingWith(head, source) }
}

async function* startingWith(head: Uint8Array, rest: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield head
  for (let next = await rest.next(); !next.done; next = await rest.next()) yield next.value
}

async function* byProgram(
  tool: string,
  pieces: AsyncIterable<Uint8Array>,
  { processes }: { processes: Processes },
  stop: AbortSignal | undefined,
): AsyncGenerator<Uint8Array> {
  // A dictionary of more than this is no honest image's: `xz -9` needs 65 MiB.
  const env = { XZ_OPT: '--memlimit-decompress=128MiB' }
  for await (const piece of processes.stream({ command: tool, args: ['-dc'], env, input: pieces }, stop)) {
    yield piece
    release(piece)
  }
}

/** Copies (a Buffer's `slice` would not) of at most 64 KiB, for those who keep a piece while they ask for the next. */
export async function* owned(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  for await (const piece of pieces) {
    for (let at = 0; at < piece.length; at += copyBytes) yield new Uint8Array(piece.subarray(at, at + copyBytes))
  }
}

async function* inProcess(engine: Transform, pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const closed = new Promise<void>((resolve) => engine.once('close', resolve))
  const feeding = feed(engine, pieces, closed).catch((error: unknown) => {
    engine.destroy(error instanceof Error ? error : new Error(String(error)))
  })
  try {
    for await (const chunk of engine) {
      yield chunk
      release(chunk)
    }
  } finally {
    engine.destroy()
    await feeding
  }
}

/**
 * Frees used-up memory at once. Left to the garbage collector, which sees only small objects here, it piles up to 50 MB.
 * What shares its buffer may be of Node's pool, which is everybody's, or of one that zlib goes on to fill; only of one of
 * zlib's the end is the last use.
 */
function release({ buffer, byteOffset, length }: Uint8Array): void {
  const alone = byteOffset === 0 && length === buffer.byteLength
  const lastOfZlib = buffer.byteLength === outputBytes && byteOffset + length === outputBytes
  if ((alone || lastOfZlib) && buffer instanceof ArrayBuffer) buffer.transfer(0)
}

/** Waits for each piece to be used up before it asks for the next: the pieces' buffers are reused. */
async function feed(engine: Transform, pieces: AsyncIterable<Uint8Array>, closed: Promise<void>): Promise<void> {
  for await (const piece of pieces) {
    if (engine.destroyed) return
    const written = new Promise<void>((resolve, reject) => {
      engine.write(piece, (error) => (error ? reject(error) : resolve()))
    })
    await Promise.race([written, closed])
  }
  if (!engine.destroyed) engine.end()
}
