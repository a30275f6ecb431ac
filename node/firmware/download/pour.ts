import type { Progress } from '../objects/port.ts'
import type { UpdateError } from '../update-error.ts'
import type { Pace } from './pace.ts'
import type { PartFile } from './part-file.ts'
import type { Piece } from './source.ts'

/** Where the bytes go and how many may be there in the end; `tooMuch` is what is thrown beyond. */
export interface Vessel {
  part: PartFile
  most: number
  tooMuch: () => UpdateError
}

/** Brings one answer's body to the file, which is emptied first for a piece from byte 0, and at the first byte too many. */
export async function pour(
  { answer, from }: Piece,
  { part, most, tooMuch }: Vessel,
  pace: Pace,
  progress: Progress,
  stop: AbortSignal,
): Promise<void> {
  if (from === 0) await part.empty()
  for await (const bytes of pace.watch(answer.body, stop)) {
    if (part.length + bytes.length > most) {
      await part.empty()
      throw tooMuch()
    }
    await part.append(bytes)
    progress(part.length)
    stop.throwIfAborted()
  }
}
