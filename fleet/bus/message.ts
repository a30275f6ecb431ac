import { fleetEvent } from '@windlass/wire/operator'
import * as z from 'zod'

/*
 * What the processes of a fleet tell each other. Two versions of it run side by side while a fleet is brought up to date: a
 * kind, once shipped, keeps its fields, and a kind that is not known here is passed over.
 */

const logOrder = z.object({
  type: z.enum(['system', 'instance', 'crash']),
  nodeIds: z.array(z.string()),
  filter: z.object({ itemId: z.exactOptional(z.string()) }),
  fromMs: z.exactOptional(z.number()),
  tillMs: z.exactOptional(z.number()),
})

const busMessage = z.discriminatedUnion('kind', [
  /** For everyone who listens to the fleet's events. */
  z.object({ kind: z.literal('event'), event: fleetEvent }),
  /** The unit's socket is at the process `by` now; whoever has an older one closes it. */
  z.object({ kind: z.literal('held'), unit: z.string(), by: z.string() }),
  /** The records hold a newer order for the unit: what it should run, or its variables. */
  z.object({ kind: z.literal('ordered'), unit: z.string(), what: z.enum(['desired', 'env']) }),
  /** The unit's certificates do not count any more: whoever has its socket closes it. */
  z.object({ kind: z.literal('revoked'), unit: z.string() }),
  /** The unit is asked for a log. It stands in the records as well, for the process that has the unit next. */
  z.object({ kind: z.literal('log'), unit: z.string(), correlationId: z.string(), log: logOrder }),
])
export type BusMessage = z.infer<typeof busMessage>

export function encodeMessage(message: BusMessage): string {
  return JSON.stringify(message)
}

/** Undefined where the text is no message that is known here. */
export function decodeMessage(text: string): BusMessage | undefined {
  try {
    return busMessage.safeParse(JSON.parse(text)).data
  } catch {
    return undefined
  }
}
