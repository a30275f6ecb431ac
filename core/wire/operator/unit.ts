import * as z from 'zod'
import { moment, page, unitStandingName } from './common.ts'
import { groupName, queryText } from './group.ts'

/*
 * Units, the items they run and the releases they are brought to. Names and versions are AosCore's (aoscore.md 6.5).
 */

const name = z.string().min(1).max(64)
const version = z
  .string()
  .regex(/^\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?(\+[0-9A-Za-z.-]+)?$/, 'expected a SemVer version')
  .max(32)
export const blobDigest = z
  .string()
  .regex(/^sha256:[a-f0-9]{64}$/, 'expected sha256: and 64 lower-case hexadecimal digits')

/** `POST /items`: a version of an item, whose blobs were put before. `indexDigest`: of its OCI index or only manifest. */
export const itemOrder = z.strictObject({
  itemId: name,
  type: z.enum(['service', 'component']),
  version,
  ownerId: name.default('windlass'),
  indexDigest: blobDigest,
})
export type ItemOrder = z.input<typeof itemOrder>

/** `size`: bytes of all blobs of the item together. */
export const itemRecord = itemOrder.extend({ ownerId: name, size: z.int(), blobs: z.int(), createdAt: moment })
export type ItemRecord = z.infer<typeof itemRecord>
export const itemList = z.object({ items: z.array(itemRecord) })

const schedule = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('force'), ttlSeconds: z.int().min(0).default(0) }),
  z.strictObject({ type: z.literal('trigger'), ttlSeconds: z.int().min(0).default(0) }),
  z.strictObject({
    type: z.literal('timetable'),
    ttlSeconds: z.int().min(0).default(0),
    timetable: z
      .array(
        z.strictObject({
          dayOfWeek: z.int().min(1).max(7),
          timeSlots: z
            .array(z.strictObject({ startMs: z.number().min(0), endMs: z.number().min(0).max(86_400_000) }))
            .min(1),
        }),
      )
      .min(1),
  }),
])

/**
 * `POST /releases`: what a unit is to be. `items` have to be known; `instances` say which of them run for whom, how often
 * (0, for components: on every node that can). A subject that is not described is a group.
 */
export const releaseOrder = z.strictObject({
  name,
  notes: z.string().max(10_000).default(''),
  items: z.array(z.strictObject({ itemId: name, version })).max(256),
  instances: z
    .array(
      z.strictObject({
        itemId: name,
        subjectId: name.default('unit'),
        priority: z.int().min(0).default(0),
        numInstances: z.int().min(0).max(1024).default(1),
        labels: z.array(name).max(16).default([]),
      }),
    )
    .max(1024),
  subjects: z
    .array(
      z.strictObject({
        subjectId: name,
        type: z.enum(['group', 'user']),
        isReportedFromUnit: z.boolean().default(false),
      }),
    )
    .default([]),
  unitConfig: z.looseObject({ version, formatVersion: z.string(), nodes: z.array(z.looseObject({})) }).optional(),
  sotaSchedule: schedule.optional(),
  fotaSchedule: schedule.optional(),
})
export type ReleaseOrder = z.input<typeof releaseOrder>
export const releaseRecord = z.object({ id: z.int().min(1), createdAt: moment, content: releaseOrder })
export type ReleaseRecord = z.infer<typeof releaseRecord>
export const releaseList = z.object({ releases: z.array(releaseRecord) })

/**
 * `POST /claims`: lets so many units enrol, before `expiresAt` where it is given; default one, without end. With `systemId` only
 * that unit, once.
 */
export const claimOrder = z
  .strictObject({
    systemId: name.optional(),
    uses: z.int().min(1).max(100_000).optional(),
    expiresAt: moment.optional(),
  })
  .refine(({ systemId, uses = 1 }) => systemId === undefined || uses === 1, {
    error: 'expected one use of a claim for one unit',
  })
export type ClaimOrder = z.infer<typeof claimOrder>

/** What a claim is named by: of the SHA-256 of its token the first 16 digits. */
export const claimId = z.string().regex(/^[a-f0-9]{16}$/, 'expected 16 lower-case hexadecimal digits')
/** `usedBy`: the units that enrolled with it. Never the token itself. */
export const claimStanding = z.object({
  id: claimId,
  systemId: z.string().nullable(),
  state: z.enum(['open', 'used', 'expired', 'withdrawn']),
  uses: z.int(),
  usesLeft: z.int(),
  usedBy: z.array(z.string()),
  createdAt: moment,
  expiresAt: moment.nullable(),
})
export type ClaimStanding = z.infer<typeof claimStanding>
/** The token is shown this once. */
export const claimRecord = claimStanding.extend({ token: z.string() })
export type ClaimRecord = z.infer<typeof claimRecord>
/** `GET /claims`: newest first, at most 1000. */
export const claimList = z.object({ claims: z.array(claimStanding) })

/** `POST /units/{id}/revocation`: none of the unit's certificates counts any more. `certificates`: how many those were. */
export const revocationOrder = z.strictObject({})
export const revocation = z.object({ id: z.string(), certificates: z.int().min(0) })

const failure = z.string().nullable()
export const unitInstance = z.object({
  itemId: z.string(),
  subjectId: z.string(),
  index: z.int(),
  type: z.enum(['service', 'component']),
  version: z.string(),
  nodeId: z.string(),
  state: z.enum(['activating', 'active', 'inactive', 'failed']),
  preinstalled: z.boolean(),
  error: failure,
})
export const unitNode = z.object({
  nodeId: z.string(),
  type: z.string(),
  title: z.string(),
  state: z.string(),
  connected: z.boolean(),
  runtimes: z.array(z.string()),
  /** What the node has, as it says: speed in DMIPS, memory in bytes. 0: it did not say. */
  maxDmips: z.number(),
  totalRam: z.number(),
  error: failure,
})
export const unitItem = z.object({ itemId: z.string(), version: z.string(), state: z.string(), error: failure })

/**
 * A unit as the fleet knows it. `standing`: `arrived` when all of the release runs, `failed` when the unit said that
 * something of it did not come up, `on_the_way` before; `idle` without a release, `unheard` before the first word.
 */
export const unitRecord = z.object({
  id: z.string(),
  model: z.string(),
  connected: z.boolean(),
  release: z.object({ id: z.int(), name: z.string() }).nullable(),
  labels: z.record(z.string(), z.string()),
  standing: unitStandingName,
  why: z.string().nullable(),
  firstSeen: moment,
  lastSeen: moment,
})
export type UnitRecord = z.infer<typeof unitRecord>
/** `GET /units?search=…&query=…&group=…`: all that is given has to hold. `search` is a piece of an id or a model. */
export const unitQuery = page.extend({
  search: z.string().max(200).optional(),
  query: queryText.optional(),
  group: groupName.optional(),
})
export type UnitQuery = z.input<typeof unitQuery>
export const unitCountQuery = unitQuery.pick({ search: true, query: true, group: true })
export type UnitCountQuery = z.input<typeof unitCountQuery>
export const unitList = z.object({ units: z.array(unitRecord), next: z.string().nullable() })
export type UnitList = z.infer<typeof unitList>
export const unitDetail = unitRecord.extend({
  nodes: z.array(unitNode),
  items: z.array(unitItem),
  instances: z.array(unitInstance),
  unitConfig: z.array(z.object({ version: z.string(), state: z.string(), error: failure })),
})
export type UnitDetail = z.infer<typeof unitDetail>

/** `PUT /units/:id/release`. */
export const unitOrder = z.strictObject({ release: z.int().min(1) })
