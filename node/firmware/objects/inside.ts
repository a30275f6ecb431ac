import { join, normalize } from 'node:path/posix'
import { UpdateError } from '../update-error.ts'
import type { ObjectPorts } from './port.ts'

/** @throws UpdateError `target_invalid` when a path cannot be one inside of a filesystem */
export function requireInnerPath(path: string, ending: 'file' | 'folder'): void {
  const clean = normalize(path)
  const leaves = path.startsWith('/') || clean === '..' || clean.startsWith('../') || path.includes('\0')
  const nameless = ending === 'file' && (clean === '.' || path.endsWith('/') || path === '')
  if (leaves || nameless) {
    throw new UpdateError('target_invalid', `target-path: expected a ${ending} inside of the filesystem, got "${path}"`)
  }
}

/**
 * Where a path inside of a mounted filesystem leads, symlinks followed. `path` is real as far as it exists.
 * An absolute symlink leads outside: what it means is only known once the filesystem is somebody's root.
 * @throws UpdateError `install_failed` when it leads outside
 */
export async function resolveInside(
  root: string,
  path: string,
  { files }: ObjectPorts,
): Promise<{ path: string; exists: boolean }> {
  const base = (await files.realPath(root)) ?? root
  let at = base
  let exists = true
  for (const name of normalize(path).split('/')) {
    if (name === '' || name === '.') continue
    const next = join(at, name)
    const real: string | undefined = exists ? await files.realPath(next) : undefined
    exists = real !== undefined
    at = real ?? next
    if (at !== base && !at.startsWith(`${base}/`)) {
      throw new UpdateError('install_failed', `${path}: a symlink on its way leads out of the filesystem, to ${at}`)
    }
  }
  return { path: at, exists }
}
