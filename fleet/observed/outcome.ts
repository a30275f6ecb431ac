import type { Report } from '@windlass/wire/updatehub'
import type { Attempt, Device, ReportEntry, Sight } from '../store/records.ts'

const underWay: readonly string[] = ['downloading', 'downloaded', 'installing', 'installed', 'rebooting']

/**
 * What a probe tells about updates under way. UpdateHub's agents say nothing after the reboot, so the version they come
 * back with is the only witness. A device that installed may stay up for long before it restarts, and probe meanwhile:
 * only one that announced its restart and runs the old version came back. Where that report got lost, the package is
 * offered again and the next try tells. Returns the attempts that changed.
 */
export function afterProbe(device: Device, attempts: readonly Attempt[], at: number): Attempt[] {
  return attempts.flatMap((attempt): Attempt[] => {
    if (attempt.version === null || attempt.state === 'updated') return []
    if (attempt.version === device.version) return [settled(attempt, 'updated', null, at)]
    if (attempt.state !== 'updating' || attempt.lastReport !== 'rebooting') return []
    const reason = `came back with version ${device.version} instead of ${attempt.version}`
    return [settled(attempt, 'rolled_back', reason, at)]
  })
}

/**
 * What a report makes of an attempt. `before`: the attempt as it stood, if any; `version`: the package's, if known.
 * An agent that fell back by itself reports an error whose previous state is `reverting`.
 * Undefined where the status says nothing about an update.
 */
export function afterReport(
  sight: Sight,
  report: Report,
  before: Attempt | undefined,
  version: string | null,
): Attempt | undefined {
  const attempt = before ?? firstAttempt(sight, report.packageUid, version)
  if (report.status === 'error') {
    const { previousState = '', errorMessage = '' } = report.trouble ?? {}
    const state = previousState === 'reverting' ? 'rolled_back' : 'failed'
    const reason = errorMessage || `reported an error${previousState && ` while ${previousState}`}`
    return { ...settled(attempt, state, reason, sight.at), lastReport: 'error' }
  }
  if (!underWay.includes(report.status)) return undefined
  return { ...attempt, state: 'updating', reason: null, lastReport: report.status, at: sight.at }
}

/** The attempt after the package was offered once more. */
export function afterOffer(sight: Sight, packageUid: string, version: string, before: Attempt | undefined): Attempt {
  const attempt = before ?? firstAttempt(sight, packageUid, version)
  // An update that is resumed stays under way; one that is tried again starts anew.
  const state = attempt.state === 'updating' ? 'updating' : 'offered'
  const from = state === 'updating' ? attempt.from : sight.facts.version
  return { ...attempt, version, from, state, offers: attempt.offers + 1, at: sight.at }
}

/** The line of history for something nobody reported. */
export function concludedEntry(attempt: Attempt): ReportEntry {
  return {
    at: attempt.at,
    package: attempt.package,
    status: attempt.state,
    concluded: true,
    previousState: null,
    errorMessage: attempt.reason,
    log: null,
  }
}

/** The line of history for a report. */
export function reportedEntry(report: Report, at: number): ReportEntry {
  return {
    at,
    package: report.packageUid,
    status: report.status,
    concluded: false,
    previousState: report.trouble?.previousState ?? null,
    errorMessage: report.trouble?.errorMessage ?? null,
    log: report.trouble?.currentLog ?? null,
  }
}

function settled(attempt: Attempt, state: Attempt['state'], reason: string | null, at: number): Attempt {
  return { ...attempt, state, reason, retry: false, at }
}

function firstAttempt(sight: Sight, packageUid: string, version: string | null): Attempt {
  return {
    device: sight.id,
    package: packageUid,
    version,
    from: sight.facts.version,
    state: 'offered',
    reason: null,
    lastReport: null,
    offers: 0,
    retry: false,
    under: null,
    at: sight.at,
  }
}
