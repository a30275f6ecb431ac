import * as z from 'zod'
import { moment, unitStandingName } from './common.ts'
import { groupName, labelChange, queryText } from './group.ts'

/** `POST /units/labels`: of all units meant, or of none. */
export const unitLabelOrder = labelChange.extend({
  to: z.union([
    z.strictObject({ units: z.array(z.string().min(1).max(64)).min(1).max(10_000) }),
    z.strictObject({ query: queryText }),
    z.strictObject({ group: groupName }),
  ]),
})
export type UnitLabelOrder = z.input<typeof unitLabelOrder>
export const unitsLabelled = z.object({ units: z.int() })

/** `GET /units/count`: of how many units all that is given is true, as in the list. */
export const unitCount = z.object({ units: z.int() })

/** `GET /units/counts`: all units, by standing and by model, most first; of models at most 1000. */
export const unitCounts = z.object({
  units: z.int(),
  byStanding: z.array(z.object({ standing: unitStandingName, units: z.int() })),
  byModel: z.array(z.object({ model: z.string(), units: z.int() })),
})
export type UnitCounts = z.infer<typeof unitCounts>

/** `POST /unit-groups`: units of which the query is true, later ones too. */
export const unitGroupOrder = z.strictObject({ name: groupName, query: queryText })
export type UnitGroupOrder = z.infer<typeof unitGroupOrder>

/** `PUT /unit-groups/:name`: whom it means from now on. */
export const unitGroupMembers = unitGroupOrder.omit({ name: true })

/** `units`: how many are in it, counted for this answer. */
export const unitGroupRecord = z.object({ name: groupName, query: z.string(), units: z.int(), createdAt: moment })
export type UnitGroupRecord = z.infer<typeof unitGroupRecord>

/** `GET /unit-groups`: by name. */
export const unitGroupList = z.object({ groups: z.array(unitGroupRecord) })
