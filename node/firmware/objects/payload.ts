import type { ObjectBase } from '@windlass/model'
import type { OpenFile } from '@windlass/platform'
import { createDigest } from '@windlass/trust'
import { UpdateError } from '../update-error.ts'
import { explained } from './explained.ts'
import type { ObjectPorts, Payload, Progress } from './port.ts'

const pieceBytes = 1024 * 1024

/**
 * Hands the stored bytes to `use`, in pieces of at most 1 MiB. A piece is only valid until the next one is asked for:
 * two buffers serve the whole payload, one being filled while the other is used.
 *
 * All bytes are read and digested, also when `use` stops early or finds them unusable: a payload that changed since it
 * was verified is the truer reason.
 * @throws UpdateError `object_mismatch`, `file_unreadable`
 */
export async function withPayload<T>(
  object: ObjectBase,
  payload: Payload,
  ports: ObjectPorts,
  progress: Progress,
  stop: AbortSignal,
  use: (pieces: AsyncIterable<Uint8Array>) => Promise<T>,
): Promise<T> {
  const reading = `payload ${payload.path}`
  const file = await explained(reading, 'file_unreadable', () => ports.files.open(payload.path, 'read'))
  const digest = createDigest()
  const source = digestedPieces(file, payload, digest, progress, stop)
  const complete = async () => {
    let rest = await source.next()
    while (!rest.done) rest = await source.next()
    checkDigest(object, digest.digest())
  }
  try {
    const result = await use(unclosed(source)).catch(async (error: unknown) => {
      if (!stop.aborted && error instanceof UpdateError && error.code === 'install_failed') await complete()
      throw error
    })
    await complete()
    return result
  } finally {
    await source.return()
    await file.close()
  }
}

async function* digestedPieces(
  file: OpenFile,
  payload: Payload,
  digest: ReturnType<typeof createDigest>,
  progress: Progress,
  stop: AbortSignal,
): AsyncGenerator<Uint8Array, void, undefined> {
  const buffers = [0, 1].map(() => Buffer.allocUnsafeSlow(Math.min(pieceBytes, payload.size)))
  let asked = 0
  const ask = async (into: Uint8Array): Promise<Uint8Array> => {
    const at = asked
    asked = Math.min(at + into.length, payload.size)
    return explained(`payload ${payload.path}`, 'file_unreadable', () => full(file, into, payload.at + at, asked - at))
  }
  let done = 0
  let ahead = ask(bufferAt(buffers, 0))
  try {
    for (let turn = 1; ; turn++) {
      stop.throwIfAborted()
      const piece = await ahead
      if (piece.length === 0) return
      ahead = ask(bufferAt(buffers, turn))
      ahead.catch(() => undefined)
      digest.update(piece)
      done += piece.length
      progress(done)
      yield piece
    }
  } finally {
    await ahead.catch(() => undefined)
  }
}

function bufferAt(buffers: Uint8Array[], turn: number): Uint8Array {
  return buffers[turn % 2] ?? new Uint8Array()
}

/** Shorter than asked only at the end of the file. */
async function full(file: OpenFile, into: Uint8Array, at: number, size: number): Promise<Uint8Array> {
  let have = 0
  while (have < size) {
    const came = await file.read(into.subarray(have, size), at + have)
    if (came === 0) break
    have += came
  }
  return into.subarray(0, have)
}

/** The same pieces, but a reader that stops early does not close the source. */
async function* unclosed(source: AsyncGenerator<Uint8Array, void, undefined>): AsyncGenerator<Uint8Array> {
  for (let next = await source.next(); !next.done; next = await source.next()) yield next.value
}

/** @throws UpdateError `object_mismatch` */
export function checkDigest(object: ObjectBase, came: string): void {
  if (came === object.sha256sum) return
  throw new UpdateError(
    'object_mismatch',
    `${object.filename}: expected bytes with sha256 ${object.sha256sum}, got ${came}`,
  )
}
