const words: Readonly<Record<string, string>> = {
  ENOENT: 'no such file or folder',
  ENOTDIR: 'a file where a folder should be',
  EISDIR: 'a folder',
  EEXIST: 'a file that is there already; move it away or name another',
  EACCES: 'no permission',
  EPERM: 'no permission',
  EROFS: 'a disk that is read-only',
  ENOSPC: 'no room on the disk',
}

/** What the disk said, in words: `no such file or folder`. */
export function diskWords(error: Error): string {
  return words[codeOf(error)] ?? error.message
}

/** The code of a system's error, such as `ENOENT`; empty for any other. */
export function codeOf(error: Error): string {
  return 'code' in error && typeof error.code === 'string' ? error.code : ''
}
