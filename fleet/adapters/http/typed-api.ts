import type { FastifyInstance } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import * as z from 'zod'

/** A server whose routes take their types from their schemas. */
export type Api = ReturnType<typeof typed>
export const typed = (app: FastifyInstance) => app.withTypeProvider<ZodTypeProvider>()

export const byNumber = z.object({
  id: z.coerce
    .number()
    .int()
    .min(1)
    .max(2 ** 31),
})
/** The system id of a unit. */
export const byUnit = z.object({ id: z.string().min(1).max(64) })

/** Where the next piece of a list begins; null where that was all. */
export function nextOf<T>(list: readonly T[], limit: number, idOf: (item: T) => string): string | null {
  const last = list.at(-1)
  return last !== undefined && list.length === limit ? idOf(last) : null
}

/** An order that may be repeated under the same key. */
export const keyed = z.object({
  'idempotency-key': z
    .string()
    .regex(/^[\x20-\x7e]{1,200}$/, 'expected 1 to 200 printable characters')
    .optional(),
})
