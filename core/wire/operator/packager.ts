import * as z from 'zod'
import { moment } from './common.ts'
import { personName } from './people.ts'

/** `POST /packagers`: somebody who may push with UpdateHub's packager. `name`: what it is for. */
export const packagerOrder = z.strictObject({ name: personName })

/** `id`: the access id. `lastUsed`: to a minute. */
export const packagerRecord = z.object({
  id: z.string(),
  name: z.string(),
  createdAt: moment,
  lastUsed: moment.nullable(),
})
export type PackagerRecord = z.infer<typeof packagerRecord>
export const packagerList = z.object({ packagers: z.array(packagerRecord) })
/** The secret that signs is shown this once. */
export const newPackagerRecord = packagerRecord.extend({ secret: z.string() })
export type NewPackagerRecord = z.infer<typeof newPackagerRecord>
