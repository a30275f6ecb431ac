import type { Report } from '@windlass/wire/updatehub'
import type { Attempt, Sight } from '../store/records.ts'
import type { Heard } from '../store/store.ts'
import type { HearingPorts } from './hear-probe.ts'

/*
 * One function for each thing that happens to a device: log line and live event together.
 */

/** Only news are told: an idle fleet is a quiet one. */
export function tellHeard({ events, log }: HearingPorts, sight: Sight, heard: Heard, status: string | undefined): void {
  if (heard.news === 'none') return
  const { id, version, product, hardware } = heard.device
  log.info(heard.news === 'registered' ? 'device registered' : 'device changed', {
    device: id,
    product,
    hardware,
    version,
  })
  events.publish({
    kind: 'device',
    at: new Date(sight.at).toISOString(),
    device: id,
    change: heard.news,
    version,
    status: status ?? heard.device.status,
  })
}

export function tellReport({ events, log }: HearingPorts, sight: Sight, report: Report): void {
  const { status, packageUid, trouble } = report
  const level = status === 'error' ? 'warning' : 'info'
  log[level]('report', { device: sight.id, package: packageUid, status, previousState: trouble?.previousState })
  events.publish({
    kind: 'report',
    at: new Date(sight.at).toISOString(),
    device: sight.id,
    package: packageUid,
    status,
    errorMessage: trouble?.errorMessage ?? null,
  })
}

export function tellConcluded({ events, log }: HearingPorts, attempt: Attempt): void {
  const { device, version, state, reason, at } = attempt
  if (state !== 'updating') log.info('attempt settled', { device, package: attempt.package, state, reason })
  events.publish({
    kind: 'attempt',
    at: new Date(at).toISOString(),
    device,
    package: attempt.package,
    version,
    state: state === 'offered' ? 'pending' : state,
    reason,
  })
}
