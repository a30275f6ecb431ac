import { parseJson } from '@windlass/wire/updatehub'
import * as z from 'zod'

const progress = z.object({
  doneBytes: z.number(),
  totalBytes: z.number().nullable(),
  bytesPerSecond: z.number().nullable(),
})

const status = z.object({
  state: z.string(),
  progress: progress.nullish(),
  trouble: z.object({ code: z.string(), message: z.string() }).nullish(),
})

/** `GET /windlass/status` of our own agent, as far as the commands show it. */
export type Status = z.infer<typeof status>

export function decodeStatus(text: string): Status {
  return status.parse(parseJson('status', text))
}
