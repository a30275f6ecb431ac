import * as z from 'zod'
import { digest, moment } from './common.ts'

/** What operators write on devices and units. */
export const labelKey = z
  .string()
  .max(63)
  .regex(/^[A-Za-z0-9]([A-Za-z0-9_./-]*[A-Za-z0-9])?$/, 'expected letters, digits and _ . / - between them')
export const labelValue = z.string().max(256)
export const labels = z.record(labelKey, labelValue)

/** `PATCH /devices/:id/labels`: `set` is done after `remove`; nothing may have more than 64. */
export const labelChange = z.strictObject({
  set: labels.default({}),
  remove: z.array(labelKey).max(64).default([]),
})
export type LabelChange = z.input<typeof labelChange>

/** The text of a query (docs/query.md). */
export const queryText = z.string().min(1).max(4096)
export const groupName = z
  .string()
  .max(63)
  .regex(/^[a-z0-9]([a-z0-9._-]*[a-z0-9])?$/, 'expected lower-case letters, digits and . _ - between them')
const listed = z.array(digest).max(100_000)

/** `POST /devices/labels`: of all devices meant, or of none. */
export const labelOrder = labelChange.extend({
  to: z.union([
    z.strictObject({ devices: listed.min(1) }),
    z.strictObject({ query: queryText }),
    z.strictObject({ group: groupName }),
  ]),
})
export type LabelOrder = z.input<typeof labelOrder>
export const labelled = z.object({ devices: z.int() })

/** `POST /groups`: devices of which the query is true, later ones too, or the devices listed. */
export const groupOrder = z.union([
  z.strictObject({ name: groupName, query: queryText }),
  z.strictObject({ name: groupName, devices: listed }),
])
export type GroupOrder = z.infer<typeof groupOrder>

/** `PUT /groups/:name`: whom it means from now on. Rollouts keep what it meant when they started. */
export const groupMembers = z.union([z.strictObject({ query: queryText }), z.strictObject({ devices: listed })])
export type GroupMembers = z.infer<typeof groupMembers>

/** `query`: null where devices are listed. `devices`: how many are in it, counted for this answer. */
export const groupRecord = z.object({
  name: groupName,
  query: z.string().nullable(),
  devices: z.int(),
  createdAt: moment,
})
export type GroupRecord = z.infer<typeof groupRecord>

/** `GET /groups`: by name. */
export const groupList = z.object({ groups: z.array(groupRecord) })
