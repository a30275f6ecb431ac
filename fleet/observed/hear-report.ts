import type { Report } from '@windlass/wire/updatehub'
import { type Admission, decommissioned, refusalOf } from '../identity/admission.ts'
import { deviceId } from '../identity/device-id.ts'
import type { Sight } from '../store/records.ts'
import type { Conclusion, Heard } from '../store/store.ts'
import type { HearingPorts } from './hear-probe.ts'
import { afterReport, reportedEntry } from './outcome.ts'
import { tellConcluded, tellHeard, tellReport } from './tell.ts'

/**
 * Writes a report down and what it makes of the attempt. Packages the fleet does not keep are welcome: local installs.
 * Returns why the fleet does not listen to the device, if so.
 */
export async function hearReport(ports: HearingPorts, report: Report): Promise<string | undefined> {
  const at = ports.clock.now()
  const sight: Sight = { id: deviceId(report.identity), facts: report, at, by: 'report' }
  const heeded = await ports.store.observe(sight, report.packageUid, (heard) =>
    heed(sight, report, heard, ports.admission ?? 'open'),
  )
  if (heeded.refused !== undefined) return heeded.refused
  tellHeard(ports, sight, heeded.heard, undefined)
  tellReport(ports, sight, report)
  for (const attempt of heeded.attempts) tellConcluded(ports, attempt)
  return undefined
}

function heed(sight: Sight, report: Report, heard: Heard, admission: Admission): Conclusion & { heard: Heard } {
  const refused = refusalOf(heard, admission)
  if (refused !== undefined) return { heard, attempts: [], reports: [], refused }
  const before = heard.attempts.find((a) => a.package === report.packageUid)
  const attempt = report.packageUid ? afterReport(sight, report, before, heard.packageVersion) : undefined
  return {
    heard,
    attempts: attempt ? [attempt] : [],
    reports: [reportedEntry(report, sight.at)],
    // No device takes itself out of service.
    ...(report.status !== decommissioned && { status: report.status }),
  }
}
