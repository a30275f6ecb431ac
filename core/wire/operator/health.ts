import * as z from 'zod'

/** `GET /health`: answers 200 only when the records can be read. */
export const health = z.object({ status: z.literal('ok'), version: z.string(), uptimeSeconds: z.number() })
export type Health = z.infer<typeof health>
