import type { Files } from '@windlass/platform'
import { UpdateError } from '../update-error.ts'

/** @throws UpdateError `no_space` when the filesystem that holds `folder` cannot take `bytes` more */
export async function ensureSpace(files: Files, folder: string, bytes: number): Promise<void> {
  const free = await files.freeBytes(folder)
  if (free < bytes) throw new UpdateError('no_space', `expected ${bytes} free bytes in ${folder}, got ${free}`)
}
