import type {
  AttemptRecord,
  DeviceDetail,
  DeviceRecord,
  IdleReason,
  ReasonRecord,
  Wanted,
} from '@windlass/wire/operator'
import { facts, table } from '../page/table.ts'
import { shortId } from './name.ts'

const reasons: Record<IdleReason, string> = {
  no_rollout: 'no rollout is for it',
  product_mismatch: 'the rollout is for another product',
  hardware_unsupported: 'the package does not support its hardware',
  decommissioned: 'it was decommissioned; `windlass devices recommission` takes it back',
  version_too_old: 'the package needs a newer version than it runs',
  up_to_date: 'it runs the version of the rollout',
  failed_before: 'the package failed on it before; `windlass devices retry` allows another try',
  rolled_back_before: 'the package was rolled back on it; `windlass devices retry` allows another try',
  phase_closed: 'the phase of the rollout to which it belongs is not open',
  paused: 'the rollout is paused',
  window_closed: 'no window of the rollout opens',
  not_in_group: 'its rollouts are for groups that it is not in',
  too_fast: 'as many devices as may are under way',
}

/** What the device will be answered when it asks next, and why. */
export function wantedText(wanted: Wanted): string {
  switch (wanted.answer) {
    case 'offer':
      return `will be offered version ${wanted.version} (rollout ${wanted.rollout})`
    case 'wait':
      return `will be told to wait ${wanted.seconds} s (rollout ${wanted.rollout})`
    case 'none':
      return `nothing to do: ${reasons[wanted.reason]}`
  }
}

export function pairsText(pairs: DeviceRecord['identity']): string {
  return Object.entries(pairs)
    .map(([key, value]) => `${key}=${Array.isArray(value) ? value.join('+') : value}`)
    .join(' ')
}

export function devicePage(device: DeviceDetail): string {
  const head = facts({
    device: device.id,
    identity: pairsText(device.identity),
    attributes: pairsText(device.attributes) || undefined,
    labels: pairsText(device.labels) || undefined,
    product: device.product,
    hardware: device.hardware,
    version: device.version,
    status: device.status,
    'first seen': device.firstSeen,
    'last seen': device.lastSeen,
    waits: device.waits ?? undefined,
    next: wantedText(device.wanted),
  })
  const page = `${head}\n\n${whyTree(device.why)}`
  if (device.attempts.length === 0) return page
  return `${page}\n\n${table(device.attempts.map(attemptRow), ['PACKAGE', 'VERSION', 'STATE', 'OFFERED', 'AT', 'WHY'])}`
}

/** One line for each rollout that has a say, and beneath it what stands behind that. */
function whyTree(why: readonly ReasonRecord[]): string {
  const lines = why.flatMap(({ text, because }) => [text, ...because.map((each) => `  ${each}`)])
  return ['why:', ...lines.map((line) => `  ${line}`)].join('\n')
}

function attemptRow(attempt: AttemptRecord): string[] {
  const state = attempt.state.replace('_', ' ')
  const why = [attempt.reason, attempt.retry ? 'may be tried again' : undefined].filter((text) => text)
  const offered = attempt.offers === 1 ? 'once' : `${attempt.offers} times`
  return [shortId(attempt.package), attempt.version ?? '', state, offered, attempt.at, why.join('; ')]
}
