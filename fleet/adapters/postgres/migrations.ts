import { type Kysely, sql } from 'kysely'
import { type Migration, Migrator } from 'kysely/migration'
import { admissionTables } from './admission-migration.ts'
import { audienceTables } from './audience-migration.ts'
import { auditTables } from './audit-migration.ts'
import { claimTables } from './claim-migration.ts'
import { groupTables } from './group-migration.ts'
import { countedAttempts, quickLists, roomForContacts } from './list-migration.ts'
import { packagerTables } from './packager-migration.ts'
import { groupGrants, peopleTables } from './people-migration.ts'
import { processTables } from './process-migration.ts'
import { projectTables } from './project-migration.ts'
import { healthColumns, paceTables, phaseColumns } from './rollout-migration.ts'
import { ruleTables } from './rule-migration.ts'
import type { Tables } from './tables.ts'
import { unitGroupTables } from './unit-group-migration.ts'
import { certificateTables, newsTables, unitTables } from './unit-migration.ts'
import { unitRolloutTables } from './unit-rollout-migration.ts'
import { waitingDeliveries, webhookTables } from './webhook-migration.ts'

const waiting = [
  'alter table devices add column waits text, add column revision bigint not null default 0',
  'alter table rollouts add column metered boolean not null default false',
]

const first = [
  `create table packages (
     uid text primary key, product text not null, version text not null,
     hardware text[], -- null: any
     metadata bytea not null, signature text not null, size bigint not null,
     uploaded_at timestamptz not null, objects json not null)`,
  `create table devices (
     id text primary key, product text not null, version text not null, hardware text not null,
     identity json not null, attributes json not null, status text not null,
     first_seen timestamptz not null, last_seen timestamptz not null)`,
  'create index devices_of_product on devices (product)',
  `create table rollouts (
     id bigint generated always as identity primary key,
     package text not null, product text not null, version text not null, hardware text[],
     whole_product boolean not null, running boolean not null,
     created_at timestamptz not null, start_at timestamptz)`,
  'create index rollouts_running on rollouts (product) where running and whole_product',
  'create index rollouts_of_package on rollouts (package)',
  `create table rollout_devices (
     rollout bigint not null references rollouts, device text not null references devices,
     primary key (rollout, device))`,
  'create index rollout_devices_of_device on rollout_devices (device)',
  `create table attempts (
     device text not null references devices, package text not null, version text,
     state text not null, reason text, last_report text,
     offers integer not null, retry boolean not null, at timestamptz not null,
     primary key (device, package))`,
  `create table reports (
     id bigint generated always as identity primary key,
     device text not null references devices, at timestamptz not null, package text not null, status text not null,
     concluded boolean not null, previous_state text, error_message text, log text)`,
  'create index reports_of_device on reports (device, id desc)',
]

/**
 * The tables, step by step, forward only. A step that was shipped is never changed.
 * Devices, attempts and reports stand apart from packages and rollouts on purpose: what was observed outlives both.
 */
const statements: Readonly<Record<string, readonly string[]>> = {
  '001-first': first,
  '002-units': unitTables,
  '003-waiting': waiting,
  '004-news-of-units': newsTables,
  '005-groups': groupTables,
  '006-phases': phaseColumns,
  '007-several-processes': processTables,
  '008-quick-lists': quickLists,
  '009-admission': admissionTables,
  '010-people': peopleTables,
  '011-unit-rollouts': unitRolloutTables,
  '012-paces': paceTables,
  '013-what-ran-before': ['alter table attempts add column from_version text'],
  '014-health-of-devices': healthColumns,
  '015-audit': auditTables,
  '016-webhooks': webhookTables,
  '017-certificates-of-units': certificateTables,
  '018-rules': ruleTables,
  '019-audiences': audienceTables,
  '020-room-for-contacts': roomForContacts,
  '021-groups-of-units': unitGroupTables,
  '022-projects': projectTables,
  '023-traces-of-deliveries': ['alter table webhook_deliveries add column trace text'],
  '024-claims': claimTables,
  '025-counted-attempts': countedAttempts,
  '026-packagers': packagerTables,
  '027-roles-over-groups': groupGrants,
  '028-waiting-deliveries': waitingDeliveries,
}

const steps: Readonly<Record<string, Migration>> = Object.fromEntries(
  Object.entries(statements).map(([name, list]) => [name, { up: (db: Kysely<unknown>) => inOrder(db, list) }]),
)

async function inOrder(db: Kysely<unknown>, list: readonly string[]): Promise<void> {
  for (const statement of list) await sql.raw(statement).execute(db)
}

/**
 * Brings the tables up to this version, or only to `to`. Processes that start together wait for each other. Tables that a newer
 * version has been at stay as they are: its steps leave what this one needs (docs/decisions/two-versions-side-by-side.md).
 */
export async function migrate(db: Kysely<Tables>, to?: string): Promise<void> {
  const provider = { getMigrations: async () => steps }
  if (await isNewer(db)) return
  const migrator = new Migrator({ db, provider, ...(await notesIn(db)) })
  if (to !== undefined && !(to in steps)) throw new Error(`expected a schema of this version or before, got ${to}`)
  const { error } = to === undefined ? await migrator.migrateToLatest() : await migrator.migrateTo(to)
  if (error) throw error
}

/** The migrator looks for its notes in all schemas, and would take those of another project for its own. */
async function notesIn(db: Kysely<Tables>): Promise<{ migrationTableSchema?: string }> {
  const { rows } = await sql<{ schema: string }>`select current_schema() as schema`.execute(db)
  const schema = rows[0]?.schema ?? 'public'
  return schema === 'public' ? {} : { migrationTableSchema: schema }
}

/** Whether a version to come has been here: it knows all of our steps, and others. */
async function isNewer(db: Kysely<Tables>): Promise<boolean> {
  const there = await sql<{ there: boolean }>`select to_regclass('kysely_migration') is not null as there`.execute(db)
  if (!there.rows[0]?.there) return false
  const { rows } = await sql<{ name: string }>`select name from kysely_migration`.execute(db)
  const done = new Set(rows.map(({ name }) => name))
  return done.size > Object.keys(steps).length && Object.keys(steps).every((name) => done.has(name))
}
