import type { Report } from '@windlass/wire/updatehub'
import { deviceId } from '../identity/device-id.ts'
import type { Sight } from '../store/records.ts'
import type { Conclusion, Heard } from '../store/store.ts'
import type { HearingPorts } from './hear-probe.ts'
import { afterReport, reportedEntry } from './outcome.ts'
import { tellConcluded, tellHeard, tellReport } from './tell.ts'

/** Writes a report down and what it makes of the attempt. Packages the fleet does not keep are welcome: local installs. */
export async function hearReport(ports: HearingPorts, report: Report): Promise<void> {
  const at = ports.clock.now()
  const sight: Sight = { id: deviceId(report.identity), facts: report, at, by: 'report' }
  const heeded = await ports.store.observe(sight, report.packageUid, (heard) => heed(sight, report, heard))
  tellHeard(ports, sight, heeded.heard, undefined)
  tellReport(ports, sight, report)
  for (const attempt of heeded.attempts) tellConcluded(ports, attempt)
}

function heed(sight: Sight, report: Report, heard: Heard): Conclusion & { heard: Heard } {
  const before = heard.attempts.find((a) => a.package === report.packageUid)
  const attempt = report.packageUid ? afterReport(sight, report, before, heard.packageVersion) : undefined
  return {
    heard,
    attempts: attempt ? [attempt] : [],
    reports: [reportedEntry(report, sight.at)],
    status: report.status,
  }
}
