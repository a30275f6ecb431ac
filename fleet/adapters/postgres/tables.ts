import type { Query } from '@windlass/model'
import type { Pairs } from '@windlass/wire/updatehub'
import type { Generated, JSONColumnType } from 'kysely'
import type { Plan } from '../../rollout/plan.ts'
import type { Progress } from '../../rollout/progress.ts'
import type { Attempt, KeptObject } from '../../store/records.ts'
import type { PeopleTables } from './people-tables.ts'
import type { AuditTables } from './postgres-audit-store.ts'
import type { PackagerTables } from './postgres-packager-store.ts'
import type { ProjectTables } from './postgres-project-store.ts'
import type { WebhookTables } from './postgres-webhook-store.ts'
import type { UnitTables } from './unit-tables.ts'

/*
 * Rows as kysely sees them. Instants are Dates in and out; bigint columns are numbers (see pool.ts).
 */

interface PackageRow {
  uid: string
  product: string
  version: string
  hardware: string[] | null
  metadata: Buffer
  signature: string
  size: number
  uploaded_at: Date
  objects: JSONColumnType<KeptObject[]>
}

interface DeviceRow {
  id: string
  product: string
  version: string
  hardware: string
  identity: JSONColumnType<Record<string, string | string[]> & Pairs>
  attributes: JSONColumnType<Record<string, string | string[]> & Pairs>
  labels: JSONColumnType<Record<string, string>>
  status: string
  first_seen: Date
  last_seen: Date
  waits: string | null
  boot: string | null
  /** Grows with every write, so that a reader can tell whether what it read still stands. */
  revision: Generated<number>
}

interface RolloutRow {
  id: Generated<number>
  package: string
  product: string
  version: string
  hardware: string[] | null
  whole_product: boolean
  running: boolean
  created_at: Date
  start_at: Date | null
  metered: Generated<boolean>
  plan: JSONColumnType<Partial<Plan>>
  bounds: Generated<number[]>
  audience: JSONColumnType<{ group: string | null; query: Query | null }> | null
  by_query: Generated<boolean>
  lists: Generated<boolean>
  progress: JSONColumnType<Partial<Progress>>
  key: string | null
  asked: string | null
}

interface AttemptRow {
  device: string
  package: string
  version: string | null
  from_version: string | null
  state: Attempt['state']
  reason: string | null
  last_report: string | null
  offers: number
  retry: boolean
  under_rollout: number | null
  under_phase: number | null
  at: Date
}

interface ReportRow {
  id: Generated<number>
  device: string
  at: Date
  package: string
  status: string
  concluded: boolean
  previous_state: string | null
  error_message: string | null
  log: string | null
}

export interface Tables extends UnitTables, PeopleTables, AuditTables, WebhookTables, ProjectTables, PackagerTables {
  packages: PackageRow
  devices: DeviceRow
  rollouts: RolloutRow
  rollout_paces: { rollout: number; seq: number; minute: number; offers: number }
  rollout_devices: { rollout: number; device: string }
  rollout_lists: { rollout: number; phase: number; device: string }
  attempts: AttemptRow
  reports: ReportRow
  groups: { name: string; query: string | null; created_at: Date }
  group_devices: { group_name: string; device: string }
}
