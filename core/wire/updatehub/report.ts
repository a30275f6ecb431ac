import * as v from 'valibot'
import { parseJson, shape } from './json-shape.ts'
import { decodeFirmware, encodeFirmware, type FirmwareFacts, firmwareFields } from './probe.ts'

/** The statuses UpdateHub's agents report (updatehub.md 2.11). */
export type ReportStatus = 'downloading' | 'downloaded' | 'installing' | 'installed' | 'rebooting' | 'error'

/** How far an update got on a device (updatehub.md 3.4). `status` is free text on the way in: old agents say `idle`. */
export interface Report extends FirmwareFacts {
  status: string
  packageUid: string
  /** Where it failed, why, and the log since the update began. Only with status `error`. */
  trouble?: { previousState: string; errorMessage: string; currentLog: string }
}

const body = v.object({
  ...firmwareFields,
  retries: v.nullish(v.number(), 0),
  status: v.string(),
  'package-uid': v.nullish(v.string(), ''),
  'previous-state': v.nullish(v.string(), ''),
  'error-message': v.nullish(v.string(), ''),
  'current-log': v.nullish(v.string(), ''),
})

export function encodeReport(r: Report): string {
  return JSON.stringify({
    status: r.status,
    ...encodeFirmware(r),
    'package-uid': r.packageUid,
    ...(r.trouble && {
      'previous-state': r.trouble.previousState,
      'error-message': r.trouble.errorMessage,
      'current-log': r.trouble.currentLog,
    }),
  })
}

/** Reads `POST /report`. Version 1 agents send the three error keys always, maybe empty. @throws WireError */
export function decodeReport(bytes: string | Uint8Array): Report {
  const o = shape('report', body, parseJson('report', bytes))
  const report: Report = { ...decodeFirmware(o), status: o.status, packageUid: o['package-uid'] }
  if (o.status !== 'error') return report
  return {
    ...report,
    trouble: {
      previousState: o['previous-state'],
      errorMessage: o['error-message'],
      currentLog: o['current-log'],
    },
  }
}
