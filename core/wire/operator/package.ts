import * as z from 'zod'
import { digest, moment } from './common.ts'

/** A package the fleet keeps. `uid` is the SHA-256 of its metadata (updatehub.md 5.7). */
export const packageRecord = z.object({
  uid: digest,
  product: digest,
  version: z.string(),
  hardware: z.union([z.literal('any'), z.array(z.string())]),
  signed: z.boolean(),
  /** Bytes of the archive as uploaded. */
  size: z.int().min(0),
  uploadedAt: moment,
  /** Each distinct content once; `size` in bytes as stored. */
  objects: z.array(z.object({ filename: z.string(), mode: z.string(), size: z.int().min(0), sha256sum: digest })),
})
export type PackageRecord = z.infer<typeof packageRecord>

/** `GET /packages`: newest first. */
export const packageList = z.object({ packages: z.array(packageRecord) })
