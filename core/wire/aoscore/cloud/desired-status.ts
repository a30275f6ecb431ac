import type { DesiredState } from '@windlass/model/unit'
import * as v from 'valibot'
import { anyCase, count, maybe, present } from '../../oci/document-schema.ts'
import { shape } from '../../updatehub/json-shape.ts'
import { listOf } from './fields.ts'
import { asCodename, asId, byCodename, byId, itemIdentity } from './identity.ts'
import { encodeSchedule, scheduleSchema } from './schedule.ts'
import { encodeUnitConfig, unitConfigSchema } from './unit-config.ts'

/*
 * desiredStatus (aoscore.md 6.5). `items` or `instances` absent or null: leave them as they are; `[]`: none.
 */

const node = v.pipe(
  anyCase({ item: byCodename, state: v.picklist(['provisioned', 'paused']) }),
  v.transform(({ item, state }) => ({ nodeId: item, state })),
)
const item = v.pipe(
  anyCase({
    item: itemIdentity,
    version: v.string(),
    owner: byId,
    indexDigest: v.pipe(v.string(), v.regex(/^sha256:[a-f0-9]{64}$/, '"sha256:" and 64 lower-case hexadecimal digits')),
  }),
  v.transform((o) => ({
    itemId: o.item.itemId,
    type: o.item.type,
    version: o.version,
    ownerId: o.owner,
    indexDigest: o.indexDigest,
  })),
)
const instance = v.pipe(
  anyCase({
    item: byId,
    subject: byId,
    priority: v.nullish(count, 0),
    numInstances: v.nullish(count, 1),
    labels: listOf(v.string()),
  }),
  v.transform((o) => ({
    itemId: o.item,
    subjectId: o.subject,
    priority: o.priority,
    numInstances: o.numInstances,
    labels: o.labels,
  })),
)
const subject = v.pipe(
  anyCase({ identity: byId, type: v.picklist(['group', 'user']), isReportedFromUnit: v.nullish(v.boolean(), false) }),
  v.transform((o) => ({ subjectId: o.identity, type: o.type, isReportedFromUnit: o.isReportedFromUnit })),
)
const certificate = v.pipe(
  anyCase({ certificate: v.string(), fingerprint: v.string() }),
  v.transform((o) => ({ der: o.certificate, fingerprint: o.fingerprint })),
)
const chain = anyCase({ name: v.string(), fingerprints: listOf(v.string()) })

const desiredStatus = v.pipe(
  anyCase({
    nodes: listOf(node),
    unitConfig: maybe(unitConfigSchema),
    items: v.optional(v.nullable(listOf(item))),
    instances: v.optional(v.nullable(listOf(instance))),
    subjects: listOf(subject),
    certificates: listOf(certificate),
    certificateChains: listOf(chain),
    sotaSchedule: maybe(scheduleSchema),
    fotaSchedule: maybe(scheduleSchema),
  }),
  v.transform(
    ({ items, instances, ...rest }): DesiredState =>
      present({ ...rest, items: items ?? undefined, instances: instances ?? undefined }),
  ),
)

/** As JSON, also for the unit's own records (aoscore.md 2.1.6). */
export function encodeDesiredState(desired: DesiredState) {
  return {
    nodes: desired.nodes.map(({ nodeId, state }) => ({ item: asCodename(nodeId), state })),
    unitConfig: desired.unitConfig && encodeUnitConfig(desired.unitConfig),
    items: desired.items?.map(({ itemId, type, version, ownerId, indexDigest }) => ({
      item: { id: itemId, type },
      version,
      owner: asId(ownerId),
      indexDigest,
    })),
    instances: desired.instances?.map(({ itemId, subjectId, ...same }) => ({
      item: asId(itemId),
      subject: asId(subjectId),
      ...same,
    })),
    subjects: desired.subjects.map(({ subjectId, type, isReportedFromUnit }) => ({
      identity: asId(subjectId),
      type,
      isReportedFromUnit: isReportedFromUnit || undefined,
    })),
    certificates: desired.certificates.map(({ der, fingerprint }) => ({ certificate: der, fingerprint })),
    certificateChains: desired.certificateChains,
    sotaSchedule: desired.sotaSchedule && encodeSchedule(desired.sotaSchedule),
    fotaSchedule: desired.fotaSchedule && encodeSchedule(desired.fotaSchedule),
  }
}

/** @throws WireError naming the place, for a schedule with AosCore's own words */
export function decodeDesiredState(data: unknown): DesiredState {
  return shape('desiredStatus', desiredStatus, data)
}
