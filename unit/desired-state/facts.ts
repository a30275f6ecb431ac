import type { DesiredNode, DesiredState, ErrorInfo, UnitConfig } from '@windlass/model/unit'
import * as v from 'valibot'
import type { Missing } from './goal.ts'

/** An update has two parts that may begin at different times (aoscore.md 2.3): services and settings, firmware. */
export type Leg = 'sota' | 'fota'
export const legNames = ['sota', 'fota'] as const

/** `waiting`: for its schedule. `going`: being installed. `over`: its time to live ended before it began. */
export type LegState = 'absent' | 'waiting' | 'going' | 'done' | 'over'
export type Legs = Record<Leg, LegState>

/** What went wrong with the part, null where nothing did. */
export type LegErrors = Record<Leg, ErrorInfo | null>
/** By the unit's running time: after which a part no longer begins; null: never. */
export type Expiry = Record<Leg, number | null>

/** What the unit was before an update touched its nodes, beside the installed instances and components. */
export interface Before {
  config: UnitConfig | null
  nodes: readonly DesiredNode[]
}

/**
 * A desired state that failed here and was taken back; it is not tried again until someone says so. What the unit lacks of it
 * the fleet is told as failed.
 */
export interface Refusal extends Missing {
  fingerprint: string
  during: string
  error: ErrorInfo
  atMs: number
}

const errorInfo = v.object({ aosCode: v.number(), exitCode: v.number(), message: v.string() })
const node = v.object({ nodeId: v.string(), state: v.picklist(['provisioned', 'paused']) })
const perLeg = <S extends v.GenericSchema>(schema: S) => v.object({ sota: schema, fota: schema })
const before = v.object({ config: v.nullable(v.looseObject({ version: v.string() })), nodes: v.array(node) })
const ident = v.object({
  itemId: v.string(),
  subjectId: v.string(),
  index: v.number(),
  type: v.picklist(['service', 'component']),
  preinstalled: v.boolean(),
})
const refusal = v.object({
  fingerprint: v.string(),
  during: v.string(),
  error: errorInfo,
  atMs: v.number(),
  items: v.array(v.object({ itemId: v.string(), type: v.picklist(['service', 'component']), version: v.string() })),
  // Older records have neither.
  instances: v.optional(v.array(v.object({ ident, version: v.string() })), []),
  configVersion: v.optional(v.nullable(v.string()), null),
})
// What the wire has checked once; read back here only from our own journal.
const desired = v.looseObject({
  nodes: v.array(node),
  items: v.optional(v.array(v.looseObject({ itemId: v.string(), version: v.string() }))),
  instances: v.optional(v.array(v.looseObject({ itemId: v.string(), subjectId: v.string() }))),
  subjects: v.array(v.looseObject({ subjectId: v.string() })),
  certificates: v.array(v.unknown()),
  certificateChains: v.array(v.unknown()),
})

/** Moments of the wall clock, as older units wrote them; no unit runs for thirty years. */
const wallClockMs = 1e12

function runningOr(moment: number | null): number | null {
  return moment !== null && moment > wallClockMs ? null : moment
}

/** Reads each fact of the machine back from its journal. */
export const facts = {
  installed: (value: unknown) => v.parse(desired, value) as unknown as DesiredState,
  desired: (value: unknown) => v.parse(desired, value) as unknown as DesiredState,
  next: (value: unknown) => v.parse(v.nullable(desired), value) as unknown as DesiredState | null,
  before: (value: unknown) => v.parse(v.nullable(before), value) as Before | null,
  legs: (value: unknown): Legs => v.parse(perLeg(v.picklist(['absent', 'waiting', 'going', 'done', 'over'])), value),
  errors: (value: unknown): LegErrors => v.parse(perLeg(v.nullable(errorInfo)), value),
  expires: (value: unknown): Expiry => v.parse(perLeg(v.pipe(v.nullable(v.number()), v.transform(runningOr))), value),
  sotaTriggered: (value: unknown): boolean => v.parse(v.boolean(), value),
  fotaTriggered: (value: unknown): boolean => v.parse(v.boolean(), value),
  deadlineMs: (value: unknown): number => v.parse(v.number(), value),
  during: (value: unknown): string => v.parse(v.string(), value),
  refused: (value: unknown): readonly Refusal[] => v.parse(v.array(refusal), value),
}

export const nothing: DesiredState = {
  nodes: [],
  items: [],
  instances: [],
  subjects: [],
  certificates: [],
  certificateChains: [],
}
export const noErrors: LegErrors = { sota: null, fota: null }
