import type { NodeAlert, UnitAlert } from '@windlass/model/unit'
import * as v from 'valibot'
import { anyCase, count, maybe, present } from '../../oci/document-schema.ts'
import { shape } from '../../updatehub/json-shape.ts'
import type { Dialect } from './dialect.ts'
import { errorInfo } from './error-info.ts'
import { amount, listOf, whole } from './fields.ts'
import { asCodename, byCodename, byId, encodeIdent, itemIdentity } from './identity.ts'
import { encodeTime, time } from './time.ts'

/*
 * alerts (aoscore.md 6.5). The cloud is not told whether a quota alert rises or falls: what comes back is `raise`; nor the
 * node of an instance's quota: what comes back is empty.
 */

const longestMessage = 32_768

const identFields = { item: itemIdentity, subject: maybe(byId), subjectId: maybe(byId), instance: count }
const ident = (o: { item: v.InferOutput<typeof itemIdentity>; instance: number } & Subjects) => ({
  ...o.item,
  subjectId: o.subjectId ?? o.subject ?? '',
  index: o.instance,
})
type Subjects = { subject?: string | undefined; subjectId?: string | undefined }

const about = (nodeId: string | undefined, alert: NodeAlert): UnitAlert => ({
  kind: 'node',
  nodeId: nodeId ?? '',
  alert,
})
const quotaFields = { parameter: v.string(), value: amount }
const byteCount = v.union([count, v.pipe(v.string(), v.regex(/^\d+$/, 'a number'), v.transform(Number), count)])

const alertSchemas = {
  systemAlert: v.pipe(
    anyCase({ timestamp: time, node: byCodename, message: v.string() }),
    v.transform((o) => about(o.node, { kind: 'system', timeMs: o.timestamp, message: o.message })),
  ),
  coreAlert: v.pipe(
    anyCase({
      timestamp: time,
      node: byCodename,
      coreComponent: v.picklist(['CM', 'SM', 'IAM', 'MP']),
      message: v.string(),
    }),
    v.transform((o) =>
      about(o.node, { kind: 'core', timeMs: o.timestamp, component: o.coreComponent, message: o.message }),
    ),
  ),
  systemQuotaAlert: v.pipe(
    anyCase({ timestamp: time, node: byCodename, ...quotaFields }),
    v.transform(({ timestamp, node, parameter, value }) =>
      about(node, { kind: 'system_quota', timeMs: timestamp, parameter, value, status: 'raise' }),
    ),
  ),
  instanceQuotaAlert: v.pipe(
    anyCase({ timestamp: time, node: maybe(byCodename), ...identFields, ...quotaFields }),
    v.transform(({ parameter, value, ...o }) =>
      about(o.node, {
        kind: 'instance_quota',
        timeMs: o.timestamp,
        ident: ident(o),
        parameter,
        value,
        status: 'raise',
      }),
    ),
  ),
  deviceAllocateAlert: v.pipe(
    anyCase({ timestamp: time, node: byCodename, ...identFields, deviceId: v.string(), message: v.string() }),
    v.transform((o) =>
      about(o.node, {
        kind: 'resource_allocate',
        timeMs: o.timestamp,
        ident: ident(o),
        resource: o.deviceId,
        message: o.message,
      }),
    ),
  ),
  updateItemInstanceAlert: v.pipe(
    anyCase({
      timestamp: time,
      node: maybe(byCodename),
      ...identFields,
      version: v.nullish(v.string(), ''),
      message: v.string(),
    }),
    v.transform((o) =>
      about(o.node, {
        kind: 'instance',
        timeMs: o.timestamp,
        ident: ident(o),
        version: o.version,
        message: o.message,
      }),
    ),
  ),
  downloadProgressAlert: v.pipe(
    anyCase({
      timestamp: time,
      digest: v.string(),
      url: maybe(v.string()),
      downloadedBytes: byteCount,
      totalBytes: byteCount,
      state: v.picklist(['started', 'paused', 'interrupted', 'finished']),
      reason: maybe(v.string()),
      errorInfo,
    }),
    v.transform(
      ({ timestamp, errorInfo: error, ...same }): UnitAlert =>
        present({ kind: 'download' as const, timeMs: timestamp, ...same, error }),
    ),
  ),
}

const tagged = v.pipe(anyCase({ tag: v.string() }), v.transform(schemaOf))
const alerts = anyCase({ items: listOf(v.unknown()) })

function schemaOf({ tag }: { tag: string }): v.GenericSchema<unknown, UnitAlert> | undefined {
  const name = tag === 'resourceAllocateAlert' ? 'deviceAllocateAlert' : tag
  return Object.hasOwn(alertSchemas, name) ? alertSchemas[name as keyof typeof alertSchemas] : undefined
}

/** Alerts with a tag from a later day are left out. @throws WireError */
export function decodeAlerts(data: unknown): readonly UnitAlert[] {
  return shape('alerts', alerts, data).items.flatMap((item, at) => {
    const schema = shape(`alerts.items[${at}]`, tagged, item)
    return schema ? [shape(`alerts.items[${at}]`, schema, item)] : []
  })
}

export function encodeAlerts(list: readonly UnitAlert[], dialect: Dialect) {
  return { items: list.map((alert) => encodeAlert(alert, dialect)) }
}

function encodeAlert(alert: UnitAlert, dialect: Dialect): Record<string, unknown> {
  if (alert.kind === 'node') return encodeNodeAlert(alert.nodeId, alert.alert, dialect)
  const { kind: _, timeMs, downloadedBytes, totalBytes, error, ...same } = alert
  return {
    timestamp: encodeTime(timeMs),
    tag: 'downloadProgressAlert',
    ...same,
    downloadedBytes: whole(downloadedBytes),
    totalBytes: whole(totalBytes),
    errorInfo: error,
  }
}

function encodeNodeAlert(nodeId: string, alert: NodeAlert, dialect: Dialect): Record<string, unknown> {
  const timestamp = encodeTime(alert.timeMs)
  const node = asCodename(nodeId)
  switch (alert.kind) {
    case 'system':
      return { timestamp, tag: 'systemAlert', node, message: message(alert) }
    case 'core':
      return { timestamp, tag: 'coreAlert', node, coreComponent: alert.component, message: message(alert) }
    case 'system_quota':
      return { timestamp, tag: 'systemQuotaAlert', node, ...quota(alert) }
    case 'instance_quota':
      return { timestamp, tag: 'instanceQuotaAlert', ...encodeIdent(alert.ident), ...quota(alert) }
    case 'resource_allocate': {
      const tag = dialect === 'schema' ? 'deviceAllocateAlert' : 'resourceAllocateAlert'
      return { timestamp, tag, node, ...encodeIdent(alert.ident), deviceId: alert.resource, message: message(alert) }
    }
    case 'instance': {
      const { subject, ...ident } = encodeIdent(alert.ident)
      const key = dialect === 'schema' ? 'subjectId' : 'subject'
      const { version } = alert
      return {
        timestamp,
        tag: 'updateItemInstanceAlert',
        ...ident,
        [key]: subject,
        version,
        message: message(alert),
      }
    }
  }
}

const quota = ({ parameter, value }: { parameter: string; value: number }) => ({ parameter, value: whole(value) })

// The schema wants 1 to 32 768 characters.
const message = ({ message: said }: { message: string }) => said.slice(0, longestMessage) || '(no text)'
