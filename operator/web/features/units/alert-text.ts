import type { UnitAlertRecord } from '@windlass/wire/operator'
import * as z from 'zod'
import type { Meaning } from '../../live/meaning.ts'
import { bytesText } from '../../live/quantities.ts'

const ident = z.object({ itemId: z.string(), index: z.number() })
const message = z.string()
const status = z.enum(['raise', 'continue', 'fall'])
const quota = { parameter: z.string(), value: z.number(), status }
const nodeAlert = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('system_quota'), ...quota }),
  z.object({ kind: z.literal('instance_quota'), ident, ...quota }),
  z.object({ kind: z.literal('resource_allocate'), ident, resource: z.string(), message }),
  z.object({ kind: z.literal('system'), message }),
  z.object({ kind: z.literal('core'), component: z.string(), message }),
  z.object({ kind: z.literal('instance'), ident, version: z.string(), message }),
])
const unitAlert = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('node'), nodeId: z.string(), alert: nodeAlert }),
  z.object({
    kind: z.literal('download'),
    digest: z.string(),
    downloadedBytes: z.number(),
    totalBytes: z.number(),
    state: z.enum(['started', 'paused', 'interrupted', 'finished']),
    reason: z.string().optional(),
  }),
])

export interface AlertLine {
  who: string
  what: string
  meaning: Meaning
}

const byQuota = { raise: 'held', continue: 'held', fall: 'done' } as const
const byDownload = { started: 'running', paused: 'held', interrupted: 'failed', finished: 'done' } as const

/** An alert as people read it. Pure. */
export function alertText({ alert }: Pick<UnitAlertRecord, 'alert'>): AlertLine {
  const { data } = unitAlert.safeParse(alert)
  if (!data) return { who: 'the unit', what: alert.kind, meaning: 'held' }
  if (data.kind === 'node') return nodeText(data.nodeId, data.alert)
  const how = `${bytesText(data.downloadedBytes)} of ${bytesText(data.totalBytes)}`
  const what = `download ${data.state}, ${how}${data.reason ? `: ${data.reason}` : ''}`
  return { who: data.digest.replace('sha256:', '').slice(0, 12), what, meaning: byDownload[data.state] }
}

function nodeText(nodeId: string, alert: z.infer<typeof nodeAlert>): AlertLine {
  const where = nodeId ? ` on ${nodeId}` : ''
  const at = 'ident' in alert ? `${alert.ident.itemId} #${alert.ident.index}${where}` : nodeId
  switch (alert.kind) {
    case 'system_quota':
    case 'instance_quota': {
      const value = alert.parameter === 'cpu' ? `${Math.round(alert.value)} DMIPS` : bytesText(alert.value)
      const what = alert.status === 'fall' ? 'is below its limit again' : 'is above its limit'
      return { who: at, what: `${alert.parameter} ${what}: ${value}`, meaning: byQuota[alert.status] }
    }
    case 'resource_allocate':
      return { who: at, what: `lacks ${alert.resource}: ${alert.message}`, meaning: 'failed' }
    case 'core':
      return { who: `${alert.component} of ${nodeId}`, what: alert.message, meaning: 'failed' }
    case 'instance':
    case 'system':
      return { who: at, what: alert.message, meaning: 'failed' }
  }
}
