import type { Files } from '@windlass/platform'

const bufferBytes = 256 * 1024

/** A file's bytes from `at` on, through one buffer that is used again: a piece is the reader's until it asks for the next. */
export async function* readFile(
  files: Pick<Files, 'open'>,
  path: string,
  { at = 0, end = Infinity }: { at?: number; end?: number } = {},
  stop?: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const file = await files.open(path, 'read')
  try {
    const buffer = new Uint8Array(Math.min(bufferBytes, end - at))
    for (let from = at; from < end; ) {
      stop?.throwIfAborted()
      const came = await file.read(buffer.subarray(0, Math.min(buffer.length, end - from)), from)
      if (came === 0) return
      from += came
      yield buffer.subarray(0, came)
    }
  } finally {
    await file.close()
  }
}
