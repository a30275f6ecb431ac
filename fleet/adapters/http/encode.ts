import type {
  AttemptRecord,
  DeviceDetail,
  DeviceRecord,
  PackageRecord,
  ReportRecord,
  RolloutDevice,
  RolloutRecord,
  Wanted,
} from '@windlass/wire/operator'
import type { Pairs } from '@windlass/wire/updatehub'
import { decide } from '../../desired-state/decide.ts'
import { whyNotUpdated } from '../../rollout/standing.ts'
import type { Attempt, Counts, Device, KeptPackage, Known, ReportEntry, Rollout } from '../../store/records.ts'
import type { Member } from '../../store/store.ts'

/*
 * Records as the operator API shows them.
 */

const moment = (ms: number): string => new Date(ms).toISOString()

export function encodePackage(kept: KeptPackage): PackageRecord {
  const { uid, product, version, hardware, signature, size, uploadedAt, objects } = kept
  return {
    uid,
    product,
    version,
    hardware: hardware === 'any' ? 'any' : [...hardware],
    signed: signature !== '',
    size,
    uploadedAt: moment(uploadedAt),
    objects: objects.map((o) => ({ filename: o.filename, mode: o.mode, size: o.size, sha256sum: o.sha256sum })),
  }
}

export function encodeRollout(rollout: Rollout, counts: Counts | undefined): RolloutRecord {
  const { rollout: id, package: uid, product, version, to, status, createdAt, startAt, metered } = rollout
  return {
    id,
    package: uid,
    product,
    version,
    to: 'product' in to ? to : { devices: [...to.devices] },
    status,
    createdAt: moment(createdAt),
    startAt: startAt === null ? null : moment(startAt),
    metered,
    counts: counts ?? { pending: 0, updating: 0, updated: 0, failed: 0, rolled_back: 0 },
  }
}

export function encodeMember({ known, state }: Member, rollout: Rollout, now: number): RolloutDevice {
  const at = known.attempts.find((a) => a.package === rollout.package)?.at
  return {
    device: known.device.id,
    version: known.device.version,
    state,
    reason: whyNotUpdated(known, rollout, rollout.status === 'running', now),
    at: at === undefined ? null : moment(at),
  }
}

export function encodeDevice(device: Device): DeviceRecord {
  const { id, product, version, hardware, identity, attributes, labels, status, firstSeen, lastSeen } = device
  return {
    id,
    product,
    version,
    hardware,
    identity: plain(identity),
    attributes: plain(attributes),
    labels: { ...labels },
    status,
    firstSeen: moment(firstSeen),
    lastSeen: moment(lastSeen),
  }
}

export function encodeDetail(known: Known, now: number): DeviceDetail {
  return {
    ...encodeDevice(known.device),
    waits: known.device.waits,
    wanted: encodeWanted(known, now),
    attempts: known.attempts.map(encodeAttempt),
  }
}

function encodeWanted(known: Known, now: number): Wanted {
  const decision = decide(known, now)
  const { answer, order } = decision
  if (answer === 'none') return { answer, reason: decision.reason, rollout: order?.rollout ?? null }
  if (answer === 'wait') return { answer, seconds: decision.seconds, rollout: decision.order.rollout }
  const { package: uid, version, rollout } = decision.order
  return { answer, package: uid, version, rollout }
}

function encodeAttempt(attempt: Attempt): AttemptRecord {
  const { version, state, reason, offers, retry, at } = attempt
  const shown = state === 'offered' ? 'pending' : state
  return { package: attempt.package, version, state: shown, reason, offers, retry, at: moment(at) }
}

export function encodeReport(entry: ReportEntry & { id: number }): ReportRecord {
  return { ...entry, at: moment(entry.at) }
}

function plain(pairs: Pairs): Record<string, string | string[]> {
  return Object.fromEntries(
    Object.entries(pairs).map(([key, value]) => [key, typeof value === 'string' ? value : [...value]]),
  )
}
