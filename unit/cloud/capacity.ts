import type { UnitFact } from '@windlass/model/unit'

/** How many messages of a kind wait at most, and which goes when there is one too many. */
export const capacity: Record<UnitFact['kind'], { most: number; drops: 'oldest' | 'newest' }> = {
  unit_status: { most: 32, drops: 'oldest' },
  request_blob_urls: { most: 64, drops: 'newest' },
  alerts: { most: 32, drops: 'newest' },
  monitoring: { most: 16, drops: 'oldest' },
  new_state: { most: 1024, drops: 'newest' },
  state_request: { most: 1024, drops: 'newest' },
  env_vars_status: { most: 16, drops: 'oldest' },
  push_log: { most: 80, drops: 'newest' },
  issue_certificates: { most: 16, drops: 'oldest' },
  certificates_installed: { most: 16, drops: 'oldest' },
  provisioning_started: { most: 64, drops: 'oldest' },
  provisioning_finished: { most: 64, drops: 'oldest' },
  deprovisioned: { most: 64, drops: 'oldest' },
}

/** Whether the newer message says all that the older one said: a full status, the state of the same instance. */
export function supersedes(newer: UnitFact, older: UnitFact): boolean {
  if (newer.kind === 'unit_status' && older.kind === 'unit_status') return !newer.status.isDelta
  if (newer.kind === 'new_state' && older.kind === 'new_state')
    return JSON.stringify(newer.ident) === JSON.stringify(older.ident)
  return false
}
