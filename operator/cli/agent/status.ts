import { parseJson } from '@windlass/wire/updatehub'
import * as z from 'zod'
import { CliError } from '../cli-error.ts'

const progress = z.object({
  doneBytes: z.number(),
  totalBytes: z.number().nullable(),
  bytesPerSecond: z.number().nullable(),
})

const status = z.object({
  state: z.string(),
  progress: progress.nullish(),
  trouble: z.object({ code: z.string(), message: z.string() }).nullish(),
  waits: z.string().nullish(),
  hold: z.object({ reason: z.string(), since: z.string() }).nullish(),
})

/** `GET /windlass/status` of our own agent, as far as the commands show it. */
export type Status = z.infer<typeof status>

/** @throws CliError `data`, WireError */
export function decodeStatus(text: string): Status {
  const result = status.safeParse(parseJson('status', text))
  if (result.success) return result.data
  throw new CliError('data', `expected the status of a Windlass agent, got: ${result.error.issues[0]?.message ?? text}`)
}
