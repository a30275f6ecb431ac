import { createReadStream } from 'node:fs'
import { CliError } from './cli-error.ts'
import { codeOf, diskWords } from './disk-words.ts'

const mostBytes = 32 * 1024 * 1024

/**
 * A file that is held in memory: a key, a description, a table. It may be a pipe.
 * @throws CliError `missing` where it cannot be read, `data` where it has more than 32 MiB
 */
export async function smallFile(path: string): Promise<Buffer> {
  const pieces: Buffer[] = []
  let size = 0
  for await (const piece of piecesOf(path)) {
    size += piece.length
    if (size > mostBytes) throw new CliError('data', `${path}: expected at most 32 MiB, got more`)
    pieces.push(piece)
  }
  return Buffer.concat(pieces)
}

export async function smallText(path: string): Promise<string> {
  return (await smallFile(path)).toString('utf8')
}

async function* piecesOf(path: string): AsyncIterable<Buffer> {
  try {
    yield* createReadStream(path)
  } catch (cause) {
    if (!(cause instanceof Error) || codeOf(cause) === '') throw cause
    throw new CliError('missing', `${path}: expected to read it, got ${diskWords(cause)}`, { cause })
  }
}
