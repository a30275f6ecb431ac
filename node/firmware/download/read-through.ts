import type { Files } from '@windlass/platform'

const bufferBytes = 256 * 1024

/** Feeds a file's bytes from `from` on to `take`, in order, through one buffer that is used again: `take` must not keep it. */
export async function readThrough(
  files: Files,
  path: string,
  take: (bytes: Uint8Array) => void,
  stop?: AbortSignal,
  from = 0,
): Promise<void> {
  const file = await files.open(path, 'read')
  try {
    const buffer = new Uint8Array(bufferBytes)
    for (let at = from; ; ) {
      stop?.throwIfAborted()
      const came = await file.read(buffer, at)
      if (came === 0) return
      take(buffer.subarray(0, came))
      at += came
    }
  } finally {
    await file.close()
  }
}
