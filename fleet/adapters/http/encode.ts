import { printQuery } from '@windlass/model'
import type {
  AttemptRecord,
  DeviceDetail,
  DeviceRecord,
  PackageRecord,
  PhaseGate,
  PhaseSize,
  PhaseStanding,
  PlanRecord,
  ReportRecord,
  RolloutAudience,
  RolloutDevice,
  RolloutRecord,
  Wanted,
} from '@windlass/wire/operator'
import type { Pairs } from '@windlass/wire/updatehub'
import { type Decision, decide } from '../../desired-state/decide.ts'
import type { Aids } from '../../desired-state/verdict.ts'
import type { Gate, Plan } from '../../rollout/plan.ts'
import { nobody, statusOf, type Tallies, waitsFor } from '../../rollout/progress.ts'
import { whyNotUpdated } from '../../rollout/standing.ts'
import type {
  Attempt,
  Counts,
  Device,
  KeptPackage,
  Known,
  ReportEntry,
  Rollout,
  Rule,
  Target,
} from '../../store/records.ts'
import type { Member } from '../../store/store.ts'

/*
 * Records as the operator API shows them.
 */

export const moment = (ms: number): string => new Date(ms).toISOString()

export function encodePackage(kept: KeptPackage, rules: readonly Rule[]): PackageRecord {
  const rule = rules.find((one) => one.package === kept.uid)
  const { uid, product, version, hardware, signature, size, uploadedAt, objects } = kept
  return {
    uid,
    product,
    version,
    hardware: hardware === 'any' ? 'any' : [...hardware],
    signed: signature !== '',
    size,
    uploadedAt: moment(uploadedAt),
    needs: rule?.needs ?? null,
    floor: rule?.floor ?? false,
    objects: objects.map((o) => ({ filename: o.filename, mode: o.mode, size: o.size, sha256sum: o.sha256sum })),
  }
}

export function encodeRollout(rollout: Rollout, counts: Counts | undefined): RolloutRecord {
  const { rollout: id, package: uid, product, version, to, createdAt, startAt, metered, plan, progress } = rollout
  const { paused, phase } = progress
  return {
    id,
    package: uid,
    product,
    version,
    to: encodeTarget(to),
    status: statusOf(progress),
    createdAt: moment(createdAt),
    startAt: startAt === null ? null : moment(startAt),
    metered,
    plan: encodePlan(plan),
    phase: phase + 1,
    paused: paused && { ...paused, at: moment(paused.at) },
    counts: counts ?? { ...nobody },
  }
}

function encodeTarget(to: Target): RolloutAudience {
  if ('product' in to) return to
  const query = 'query' in to ? printQuery(to.query) : null
  if (to.group != null) return { group: to.group, query }
  return 'query' in to ? { query: printQuery(to.query) } : { devices: [...to.devices] }
}

export function encodePlan({ phases, windows, timeZone, speed: { perMinute, atOnce }, health }: Plan): PlanRecord {
  return {
    phases: phases.map(({ size, gate }) => ({ size: encodeSize(size), gate: encodeGate(gate) })),
    windows: [...windows],
    timeZone,
    health,
    speed: { ...(perMinute !== null && { perMinute }), ...(atOnce !== null && { atOnce }) },
  }
}

function encodeSize(size: Plan['phases'][number]['size']): PhaseSize {
  return 'group' in size ? { group: size.group } : size
}

function encodeGate({ successPercent, soakSeconds, approval, failureLimit }: Gate): PhaseGate {
  return {
    successPercent,
    soakSeconds,
    ...(approval && { approval: { by: [...approval.by], needed: approval.needed } }),
    ...(failureLimit !== null && { failureLimit }),
  }
}

/** With how far its phases are. What they wait for is said of all devices, also to those who see some. */
export function encodeProgress(
  rollout: Rollout,
  counts: Counts | undefined,
  tallies: { all: Tallies; seen: Tallies },
  now: number,
): RolloutRecord & { phases: PhaseStanding[] } {
  return { ...encodeRollout(rollout, counts), phases: encodePhases(rollout, tallies, now) }
}

export function encodePhases(
  { plan, progress }: Pick<Rollout, 'plan' | 'progress'>,
  { all, seen }: { all: Tallies; seen: Tallies },
  now: number,
): PhaseStanding[] {
  return plan.phases.map((_, i): PhaseStanding => {
    const state = i < progress.phase ? 'passed' : i === progress.phase ? 'open' : 'closed'
    const waits = i === progress.phase ? waitsFor(plan, progress, all, now) : []
    return { number: i + 1, state, counts: seen[i] ?? { ...nobody }, waitsFor: waits }
  })
}

export function encodeMember({ known, state }: Member, rollout: Rollout, now: number, aids: Aids): RolloutDevice {
  const at = known.attempts.find((a) => a.package === rollout.package)?.at
  return {
    identity: plain(known.device.identity),
    device: known.device.id,
    version: known.device.version,
    state,
    reason: whyNotUpdated(known, rollout, now, aids),
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

export function encodeDetail(known: Known, now: number, aids: Aids): DeviceDetail {
  const decision = decide(known, now, aids)
  return {
    ...encodeDevice(known.device),
    waits: known.device.waits,
    wanted: encodeWanted(decision),
    why: decision.why.map((reason) => ({ ...reason, because: [...reason.because] })),
    attempts: known.attempts.map(encodeAttempt),
  }
}

function encodeWanted(decision: Decision): Wanted {
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
