const texts: Record<string, string> = {
  ENOENT: 'no such file or directory',
  EISDIR: 'illegal operation on a directory',
  ENOTDIR: 'not a directory',
  EEXIST: 'file already exists',
  ENOSPC: 'no space left on device',
  EIO: 'i/o error',
  EBADF: 'bad file descriptor',
  ELOOP: 'too many symbolic links encountered',
  EINVAL: 'invalid argument',
}

/** An error as Node's file system gives it. */
export function diskError(code: string, op: string, path: string): NodeJS.ErrnoException {
  return Object.assign(new Error(`${code}: ${texts[code] ?? 'refused'}, ${op} '${path}'`), { code, syscall: op, path })
}

/** Whether it is an error of the disk with one of these codes. */
export function isDiskError(error: unknown, ...codes: string[]): boolean {
  return error instanceof Error && 'code' in error && codes.some((code) => code === error.code)
}

/** What every operation of a fake disk rejects with between the power cut and the restart. */
export class PowerCut extends Error {
  override readonly name = 'PowerCut'
}
