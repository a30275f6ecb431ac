import { createReadStream } from 'node:fs'
import { open } from 'node:fs/promises'
import { basename } from 'node:path'
import type { Sha256 } from '@windlass/model'
import { createDigest } from '@windlass/trust'
import { CliError } from '../cli-error.ts'
import { type Compression, detectCompression } from './compression.ts'
import { deltaHeader } from './delta-header.ts'
import type { Source } from './read-exactly.ts'

/** A file to be packed, as it is stored: its compression is that of the file itself. */
export interface Payload {
  path: string
  filename: string
  /** Bytes. */
  size: number
  sha256sum: Sha256
  compression: Compression | undefined
  /** Of a delta archive, for `raw-delta`: the digest of its header. */
  deltaHeader: Sha256 | undefined
}

/** Reads a whole file once or, when it is compressed, twice. `read` is told about each piece. @throws CliError */
export async function measure(path: string, read: (bytes: number) => void, signal: AbortSignal): Promise<Payload> {
  const handle = await open(path)
  try {
    const facts = await handle.stat()
    if (!facts.isFile()) throw new CliError('missing', `${path}: expected a file, got a folder or a device`)
    const source: Source = { handle, path, size: facts.size }
    return {
      path,
      filename: basename(path),
      size: source.size,
      sha256sum: await digestOf(path, read, signal),
      compression: await detectCompression(source, signal),
      deltaHeader: await deltaHeader(source),
    }
  } finally {
    await handle.close()
  }
}

async function digestOf(path: string, read: (bytes: number) => void, signal: AbortSignal): Promise<Sha256> {
  const digest = createDigest()
  for await (const chunk of createReadStream(path, { highWaterMark: 1024 * 1024, signal })) {
    digest.update(chunk)
    read(chunk.length)
  }
  return digest.digest()
}
