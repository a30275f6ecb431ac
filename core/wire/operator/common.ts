import * as z from 'zod'

/** SHA-256 as 64 lower-case hexadecimal digits: names packages, objects and devices. */
export const digest = z.string().regex(/^[a-f0-9]{64}$/, 'expected 64 lower-case hexadecimal digits')

/** RFC 3339 in UTC, with milliseconds. */
export const moment = z.iso.datetime()

/** Where an update stands on one device. `pending`: the device has not taken it up yet. */
export const standing = z.enum(['pending', 'updating', 'updated', 'failed', 'rolled_back'])
export type Standing = z.infer<typeof standing>

/** Where a unit is on its way to its release. */
export const unitStandingName = z.enum(['idle', 'unheard', 'on_the_way', 'arrived', 'failed'])

/** Values of one identity or attribute key: one string, or several. */
export const pairs = z.record(z.string(), z.union([z.string(), z.array(z.string())]))

/** How a long list is read in pieces: pass `next` back as `cursor`; null means that was all. */
export const page = z.object({
  limit: z.coerce.number().int().min(1).max(1000).default(100),
  cursor: z.string().max(200).optional(),
})
export type Page = z.input<typeof page>
