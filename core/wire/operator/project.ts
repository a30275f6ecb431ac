import * as z from 'zod'
import { moment } from './common.ts'

export const projectName = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,39}$/, 'expected up to 40 of small letters, digits and -, a letter first')

/** `GET /projects`. One that is `ready` is served; what is being made or removed goes on by itself. */
export const projectRecord = z.object({
  name: projectName,
  state: z.enum(['creating', 'ready', 'removing']),
  createdAt: moment,
})
export type ProjectRecord = z.infer<typeof projectRecord>
export const projectList = z.object({ projects: z.array(projectRecord) })

/** `POST /projects`. The answer shows the token of its first admin this once. */
export const projectOrder = z.strictObject({ name: projectName })
export const newProjectRecord = projectRecord.extend({ token: z.string() })
export type NewProjectRecord = z.infer<typeof newProjectRecord>

/** `POST /projects/:name/token`: one more admin's token, for when all others are lost. */
export const projectToken = z.object({ token: z.string() })

/** `DELETE /projects/:name`. `confirm`: the name again. `everything`: even with devices or units in it. */
export const projectRemoval = z.strictObject({
  confirm: z.string(),
  everything: z.enum(['true', 'false']).optional(),
})
