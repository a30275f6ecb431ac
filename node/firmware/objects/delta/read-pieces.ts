import type { OpenFile } from '@windlass/platform'

/** `size` bytes from `at` on, or fewer where the file ends. Each piece lies in `buffer`, until the next is asked for. */
export async function* readPieces(
  file: OpenFile,
  at: number,
  size: number,
  buffer: Uint8Array,
): AsyncGenerator<Uint8Array, void, undefined> {
  for (let done = 0; done < size; ) {
    const came = await file.read(buffer.subarray(0, Math.min(buffer.length, size - done)), at + done)
    if (came === 0) return
    yield buffer.subarray(0, came)
    done += came
  }
}
