import type { Files } from '@windlass/platform'

const bufferBytes = 256 * 1024

/** Feeds a file's bytes to `take`, in order, through one buffer that is used again: `take` must not keep it. */
export async function readThrough(
  files: Files,
  path: string,
  take: (bytes: Uint8Array) => void,
  stop?: AbortSignal,
): Promise<void> {
  const file = await files.open(path, 'read')
  try {
    const buffer = new Uint8Array(bufferBytes)
    for (let at = 0; ; ) {
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
