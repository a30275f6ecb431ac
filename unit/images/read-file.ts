import { type Files, ReadRoom } from '@windlass/platform'

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
    const buffer = new ReadRoom(bufferBytes)
    for (let from = at; from < end; ) {
      stop?.throwIfAborted()
      const came = await file.read(buffer.room.subarray(0, end - from), from)
      if (came === 0) return
      from += came
      yield buffer.taken(came)
    }
  } finally {
    await file.close()
  }
}
