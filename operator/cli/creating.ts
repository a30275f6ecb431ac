import { CliError } from './cli-error.ts'
import { diskWords } from './disk-words.ts'

/** Work that makes `path`: what the disk says against it is about what cannot be written, not about what cannot be read. */
export async function creating<T>(path: string, work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (cause) {
    if (!(cause instanceof Error) || !('syscall' in cause)) throw cause
    throw new CliError('cannotCreate', `${path}: expected to write it, got ${diskWords(cause)}`, { cause })
  }
}
