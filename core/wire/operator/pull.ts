import * as z from 'zod'
import { itemOrder, itemRecord } from './unit.ts'

/**
 * `POST /items/pull`: a version of an item that the fleet itself fetches. `from`: `docker://host/repository[:tag][@digest]`.
 * `platforms`: `os/architecture[/variant]`, of those that the image has; none: all. `itemConfig`: AosCore's item configuration, for
 * every platform. `login` is used and not kept. The same order again joins what is under way, and skips what is there.
 */
export const pullOrder = itemOrder.omit({ indexDigest: true }).extend({
  from: z.string().min(1).max(500),
  platforms: z
    .array(z.string().regex(/^[a-z0-9]+\/[a-z0-9_]+(\/[a-z0-9._]+)?$/, 'expected os/architecture[/variant]'))
    .max(16)
    .default([]),
  itemConfig: z.record(z.string(), z.unknown()).optional(),
  login: z.strictObject({ user: z.string().min(1).max(256), password: z.string().min(1).max(8192) }).optional(),
})
export type PullOrder = z.input<typeof pullOrder>

/** The answer (202) while it is under way: ask again. `bytes`: of all that is known by now; `done`: of those, here. */
export const pullProgress = z.object({
  state: z.literal('pulling'),
  blobs: z.int().min(0),
  bytes: z.int().min(0),
  done: z.int().min(0),
})
export type PullProgress = z.infer<typeof pullProgress>
export const pullAnswer = z.union([pullProgress, itemRecord])
