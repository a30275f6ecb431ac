import type { FileHandle } from 'node:fs/promises'
import { CliError } from '../cli-error.ts'

/** An open file of `size` bytes, read at will. */
export interface Source {
  handle: FileHandle
  path: string
  size: number
}

/** Exactly `length` bytes from `at`. @throws CliError `data` where the file ends before */
export async function readExactly(source: Source, at: number, length: number): Promise<Buffer> {
  const into = Buffer.alloc(length)
  const { bytesRead } = at < 0 ? { bytesRead: 0 } : await source.handle.read(into, 0, length, at)
  if (bytesRead < length) throw corrupt(source, `${length} bytes from ${at}`, `${bytesRead}`)
  return into
}

export function corrupt(source: Source, expected: string, came: string): CliError {
  return new CliError('data', `${source.path}: expected ${expected}, got ${came}; is the file whole?`)
}
