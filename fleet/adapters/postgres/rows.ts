import type { Sha256 } from '@windlass/model'
import type { Selectable } from 'kysely'
import type { Audience } from '../../rollout/audience.ts'
import type { Pace } from '../../rollout/pace.ts'
import { atOnce } from '../../rollout/plan.ts'
import { begun } from '../../rollout/progress.ts'
import type { Attempt, Device, KeptPackage, Order, ReportEntry, Rollout, Target } from '../../store/records.ts'
import type { Tables } from './tables.ts'

/*
 * Rows to records. Digests were checked on their way in.
 */

type Row<T extends keyof Tables> = Selectable<Tables[T]>

export function packageOf(row: Row<'packages'>): KeptPackage {
  return {
    uid: row.uid as Sha256,
    product: row.product,
    version: row.version,
    hardware: row.hardware ?? 'any',
    metadata: new Uint8Array(row.metadata),
    signature: row.signature,
    size: row.size,
    uploadedAt: row.uploaded_at.getTime(),
    objects: row.objects,
  }
}

export function deviceOf(row: Row<'devices'>): Device {
  return {
    id: row.id as Sha256,
    product: row.product,
    version: row.version,
    hardware: row.hardware,
    identity: row.identity,
    attributes: row.attributes,
    labels: row.labels,
    status: row.status,
    waits: row.waits,
    boot: row.boot,
    firstSeen: row.first_seen.getTime(),
    lastSeen: row.last_seen.getTime(),
  }
}

export function orderOf(row: Row<'rollouts'> & { pace?: Pace | null; listed?: number | null }): Order {
  return {
    rollout: row.id,
    package: row.package as Sha256,
    product: row.product,
    version: row.version,
    hardware: row.hardware ?? 'any',
    startAt: row.start_at?.getTime() ?? null,
    metered: row.metered,
    // What these do not say is as it was at the start: rows may be older than a field.
    plan: { ...atOnce, ...row.plan },
    bounds: row.bounds,
    progress: { ...begun, ...row.progress },
    audience: audienceOf(row),
    listed: row.listed ?? null,
    pace: row.pace ?? null,
  }
}

function audienceOf({ audience }: Row<'rollouts'>): Audience | null {
  return audience?.query ? { group: audience.group, query: audience.query } : null
}

export function rolloutOf(row: Row<'rollouts'>, devices: readonly string[]): Rollout {
  return {
    ...orderOf(row),
    to: targetOf(row, devices),
    createdAt: row.created_at.getTime(),
    asked: row.asked,
  }
}

function targetOf(row: Row<'rollouts'>, devices: readonly string[]): Target {
  const group = row.audience?.group ?? null
  if (row.whole_product) return { product: row.product }
  return audienceOf(row) ?? { devices, ...(group !== null && { group }) }
}

export function attemptOf(row: Row<'attempts'>): Attempt {
  return {
    device: row.device as Sha256,
    package: row.package,
    version: row.version,
    from: row.from_version,
    state: row.state,
    reason: row.reason,
    lastReport: row.last_report,
    offers: row.offers,
    retry: row.retry,
    under: row.under_rollout === null ? null : { rollout: row.under_rollout, phase: row.under_phase ?? 0 },
    at: row.at.getTime(),
  }
}

export function reportOf(row: Row<'reports'>): ReportEntry & { id: number } {
  return {
    id: row.id,
    at: row.at.getTime(),
    package: row.package,
    status: row.status,
    concluded: row.concluded,
    previousState: row.previous_state,
    errorMessage: row.error_message,
    log: row.log,
  }
}
