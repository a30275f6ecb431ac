import { isTimeZone, parseWindow } from '@windlass/model'
import * as z from 'zod'
import { groupName } from './group.ts'

/**
 * Which devices a phase takes: so many, or a share of all that the rollout is for when it starts, drawn among those that are in
 * no phase by their group; or those of a group, later ones too. The last phase of every rollout takes the rest; it is added where
 * it is not given.
 */
export const phaseSize = z.union([
  z.strictObject({ count: z.int().min(1).max(100_000_000) }),
  z.strictObject({ percent: z.number().gt(0).max(100) }),
  z.strictObject({ group: groupName }),
  z.strictObject({ rest: z.literal(true) }),
])
export type PhaseSize = z.infer<typeof phaseSize>

const personName = z.string().regex(/^[\x21-\x7e]{1,64}$/, 'expected a name of 1 to 64 printable characters')

/**
 * What must hold before the next phase opens. `successPercent`: so many of the phase's devices run the version; default
 * 100. `soakSeconds`: for so long without a break; default 0. `approval`: so many of these people have said yes.
 * `failureLimit`: as soon as so many of the phase's devices failed or went back, the rollout pauses; default: never.
 */
export const phaseGate = z.strictObject({
  successPercent: z.number().min(0).max(100).optional(),
  soakSeconds: z.int().min(0).max(31_536_000).optional(),
  approval: z
    .strictObject({ by: z.array(personName).min(1).max(50), needed: z.int().min(1) })
    .refine(({ by, needed }) => new Set(by).size === by.length && needed <= by.length, {
      error: 'expected different people, and no more yeses than there are people',
    })
    .optional(),
  failureLimit: z.int().min(1).optional(),
})
export type PhaseGate = z.infer<typeof phaseGate>

const rolloutPhase = z.strictObject({ size: phaseSize, gate: phaseGate.optional() })

/** The phases of a rollout, in their order: shares of at most 100 % together, the rest last if anywhere. */
export const rolloutPhases = z
  .array(rolloutPhase)
  .max(50)
  .refine((phases) => phases.every(({ size }, i) => !('rest' in size) || i === phases.length - 1), {
    error: 'expected the rest as the last phase only',
  })
  .refine((phases) => phases.reduce((sum, { size }) => sum + ('percent' in size ? size.percent : 0), 0) <= 100, {
    error: 'expected at most 100 % in all phases together',
  })

/** When devices are offered it: `daily 02:00-04:30`, `mon-fri 01:00-05:00`, `sat,sun 22:00-02:00`. Empty: at any time. */
export const rolloutWindows = z
  .array(
    z
      .string()
      .max(100)
      .refine((text) => parseWindow(text) !== undefined, {
        error: 'expected a window such as "daily 02:00-04:30" or "sat,sun 22:00-02:00"',
      }),
  )
  .max(50)

/** In whose local time the windows are. */
export const timeZone = z
  .string()
  .max(100)
  .refine(isTimeZone, { error: 'expected a time zone such as "Europe/Berlin" or "UTC"' })

/** At most so many devices are offered it in a minute of the clock; at most so many are under way at once. */
export const rolloutSpeed = z.strictObject({
  perMinute: z.int().min(1).optional(),
  atOnce: z.int().min(1).optional(),
})

/**
 * Pauses the rollout when updated devices fare worse than those not yet updated. `falseAlarmPercent`: in how many rollouts that do
 * no harm that may happen; default 1.
 */
export const healthWatch = z.strictObject({ falseAlarmPercent: z.number().min(0.01).max(20).optional() })

export const planRecord = z.object({
  phases: z.array(z.object({ size: phaseSize, gate: phaseGate })),
  windows: z.array(z.string()),
  timeZone: z.string(),
  speed: rolloutSpeed,
  health: z.object({ falseAlarmPercent: z.number() }).nullable(),
})
export type PlanRecord = z.infer<typeof planRecord>

/** Who said what to a rollout that waits or stands. */
export const approvalOrder = z.strictObject({ by: personName })

/** `reason`: shown to everyone who asks why nothing moves. */
export const pauseOrder = z.strictObject({ reason: z.string().min(1).max(500).optional() })
