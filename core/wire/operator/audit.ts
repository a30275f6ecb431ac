import * as z from 'zod'
import { moment, page } from './common.ts'

/**
 * What somebody changed, or was refused to. `action`: method and route; `target`: the address; `made`: name or number of what
 * came of it. `result`: the HTTP status; `code`: why it was refused. `hash`: SHA-256 over the entry before and this one.
 */
export const auditEntry = z.object({
  id: z.int(),
  at: moment,
  kind: z.string(),
  who: z.string(),
  from: z.string(),
  action: z.string(),
  target: z.string(),
  made: z.string().nullable(),
  result: z.int(),
  code: z.string().nullable(),
  hash: z.string(),
})
export type AuditRecord = z.infer<typeof auditEntry>

/** `GET /audit`: newest first. `who` whole, `action` a piece of it; `only`: what was done, or what was refused. */
export const auditQuery = page.extend({
  cursor: z.coerce.number().int().min(1).optional(),
  who: z.string().max(200).optional(),
  action: z.string().max(200).optional(),
  since: moment.optional(),
  until: moment.optional(),
  only: z.enum(['done', 'refused']).optional(),
})
export type AuditQuery = z.input<typeof auditQuery>
export const auditList = z.object({ entries: z.array(auditEntry), next: z.int().nullable() })
export type AuditList = z.infer<typeof auditList>

/** `GET /audit/check`: every hash counted anew. `brokenAt`: the first entry that does not follow from the one before. */
export const auditCheck = z.object({ entries: z.int(), brokenAt: z.int().nullable(), lastHash: z.string().nullable() })
export type AuditCheck = z.infer<typeof auditCheck>
