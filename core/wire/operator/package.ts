import { versionOrder } from '@windlass/model'
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
  /** The oldest version from which it can be installed; null: any. */
  needs: z.string().nullable(),
  /** Devices with an older version do not skip it on their way to a newer one. */
  floor: z.boolean(),
  /** Each distinct content once; `size` in bytes as stored. */
  objects: z.array(z.object({ filename: z.string(), mode: z.string(), size: z.int().min(0), sha256sum: digest })),
})
export type PackageRecord = z.infer<typeof packageRecord>

const version = z
  .string()
  .max(256)
  .refine((text) => versionOrder(text) !== undefined, 'expected a version such as 3.1 or 3.1.0-rc.2')
/** `PUT /packages/:uid/rule`: all of it anew. */
export const packageRule = z.strictObject({
  needs: version.nullable().default(null),
  floor: z.boolean().default(false),
})
export type PackageRule = z.input<typeof packageRule>

/** `GET /packages`: newest first. */
export const packageList = z.object({ packages: z.array(packageRecord) })
