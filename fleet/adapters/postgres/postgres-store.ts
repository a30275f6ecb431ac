import { Kysely, PostgresDialect, sql } from 'kysely'
import type pg from 'pg'
import type { SealablePackagerStore } from '../../packagers/packager.ts'
import type { AuditStore } from '../../people/audit.ts'
import type { PeopleStore } from '../../people/people-store.ts'
import type { Lines } from '../../processes/lines.ts'
import type { Shared } from '../../processes/shared.ts'
import type { ProjectStore } from '../../projects/project.ts'
import type { Sight } from '../../store/records.ts'
import { hasRestarted, newsOf, seen } from '../../store/seen.ts'
import type { Conclusion, Heard, Store } from '../../store/store.ts'
import type { Connections } from '../../telemetry/connection-metrics.ts'
import type { UnitStore } from '../../units/unit-store.ts'
import type { SealableStore } from '../../webhooks/sealed-store.ts'
import { admissionIn } from './admission.ts'
import { firstDevices } from './first-devices.ts'
import { forecast } from './forecast.ts'
import { groupsIn } from './groups.ts'
import { knownOf } from './known.ts'
import { type LookOne, lookTogether } from './look-together.ts'
import { migrate } from './migrations.ts'
import { tallyPhases } from './phases.ts'
import { connectionsOf, openProbePool } from './pool.ts'
import { postgresAuditStore } from './postgres-audit-store.ts'
import { postgresLines } from './postgres-lines.ts'
import { postgresPackagerStore } from './postgres-packager-store.ts'
import { postgresPeopleStore } from './postgres-people-store.ts'
import { postgresProjectStore } from './postgres-project-store.ts'
import { postgresShared } from './postgres-shared.ts'
import { postgresUnitStore } from './postgres-unit-store.ts'
import { postgresWebhookStore } from './postgres-webhook-store.ts'
import { record } from './record.ts'
import { addRollout, changeRollout, countStandings, listMembers, listRollouts, ranBefore } from './rollouts.ts'
import { deviceOf, packageOf, reportOf } from './rows.ts'
import { rulesIn } from './rules.ts'
import type { Tables } from './tables.ts'
import { findTroubles } from './troubles.ts'

/** Brings tables to where those of an older version were; ends the pool. */
export async function migratedTo(pool: pg.Pool, schema: string): Promise<void> {
  const db = new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) })
  try {
    await migrate(db, schema)
  } finally {
    await db.destroy()
  }
}

/** All that a fleet has in its database. */
export interface Records extends Store {
  units: UnitStore
  people: PeopleStore
  audit: AuditStore
  projects: ProjectStore
  webhooks: SealableStore
  packagers: SealablePackagerStore
  lines: Lines
  shared: Shared
  connections(): Connections
}

/**
 * The fleet's records in PostgreSQL, 15 or newer, for the process named `me`. Brings the tables up to date first; `close` ends
 * the pool.
 */
export async function postgresStore(pool: pg.Pool, me = 'alone'): Promise<Records> {
  const db = new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) })
  await migrate(db)
  const probes = openProbePool(pool)
  const lookOne = lookTogether(probes)
  return {
    units: postgresUnitStore(db),
    lines: postgresLines(pool, me),
    shared: postgresShared(pool),
    connections: () => connectionsOf([pool, probes]),
    people: postgresPeopleStore(db),
    observe: (sight, packageUid, conclude) => observe(pool, lookOne, sight, packageUid, conclude),
    audit: postgresAuditStore(db),
    webhooks: postgresWebhookStore(db),
    packagers: postgresPackagerStore(db),
    projects: postgresProjectStore(db),
    ...packagesIn(db),
    ...rulesIn(db),
    addRollout: (order) => db.transaction().execute((tx) => addRollout(tx, order)),
    forecast: (order) => forecast(db, order),
    troubles: (id, from, after) => findTroubles(db, id, from, after),
    ranBefore: (id) => ranBefore(db, id),
    rollouts: () => listRollouts(db),
    rollout: async (id) => (await listRollouts(db, [id]))[0],
    changeRollout: (id, change) => changeRollout(db, id, change),
    counts: (ids, within) => countStandings(db, ids, within),
    tallies: (id, within) => tallyPhases(db, id, within),
    async members(rollout, limit, after = '', at, within) {
      const found = await listMembers(db, rollout, limit, after, within)
      const known = await knownOf(
        pool,
        found.map((member) => member.device),
        at,
      )
      return known.map((each, i) => ({ known: each, state: found[i]?.state ?? 'pending' }))
    },
    ...devicesIn(db, pool),
    ...groupsIn(db),
    ...admissionIn(db),
    ping: async () => void (await pool.query('select 1')),
    async close() {
      await probes.end()
      await db.destroy()
    },
  }
}

/**
 * One statement for a probe of which nothing follows, two for others. Nothing is locked between them: when another sight of
 * the device was written meanwhile, it is looked at anew.
 */
async function observe<C extends Conclusion>(
  pool: pg.Pool,
  lookOne: LookOne,
  sight: Sight,
  packageUid: string | null,
  conclude: (heard: Heard) => C,
): Promise<C> {
  for (;;) {
    const { before, revision, touched, packageVersion, approved, orders, attempts, rules } = await lookOne({
      sight,
      packageUid,
    })
    const device = seen(before, sight, approved ?? {})
    const restarted = hasRestarted(before, device)
    const known = { device, orders, attempts, rules, news: newsOf(before, device) }
    const conclusion = conclude({ ...known, packageVersion, approved: approved !== null, restarted })
    if (!before && conclusion.refused !== undefined) return conclusion
    if (touched && isEmpty(conclusion)) return conclusion
    if (await record(pool, device, conclusion, revision)) return conclusion
  }
}

function isEmpty({ attempts, reports, status }: Conclusion): boolean {
  return attempts.length === 0 && reports.length === 0 && status === undefined
}

function packagesIn(db: Kysely<Tables>): Pick<Store, 'addPackage' | 'package' | 'packages' | 'removePackage'> {
  return {
    async addPackage(kept) {
      const row = {
        uid: kept.uid,
        product: kept.product,
        version: kept.version,
        hardware: kept.hardware === 'any' ? null : [...kept.hardware],
        metadata: Buffer.from(kept.metadata),
        signature: kept.signature,
        size: kept.size,
        uploaded_at: new Date(kept.uploadedAt),
        objects: JSON.stringify(kept.objects),
      }
      const { added } = await db
        .insertInto('packages')
        .values(row)
        // An unsigned copy must not take the signature away that devices ask for.
        .onConflict((conflict) =>
          conflict.column('uid').doUpdateSet(kept.signature ? { signature: kept.signature } : { uid: kept.uid }),
        )
        .returning(sql<boolean>`xmax = 0`.as('added'))
        .executeTakeFirstOrThrow()
      return added
    },
    async package(uid) {
      const row = await db.selectFrom('packages').selectAll().where('uid', '=', uid).executeTakeFirst()
      return row && packageOf(row)
    },
    async packages() {
      const rows = await db.selectFrom('packages').selectAll().orderBy('uploaded_at', 'desc').orderBy('uid').execute()
      return rows.map(packageOf)
    },
    removePackage: (uid) =>
      db.transaction().execute(async (tx) => {
        const running = tx.selectFrom('rollouts').select('id').where('package', '=', uid).where('running', '=', true)
        if (await running.executeTakeFirst()) return 'in_use'
        const { numDeletedRows } = await tx.deleteFrom('packages').where('uid', '=', uid).executeTakeFirst()
        return numDeletedRows > 0 ? 'removed' : 'unknown'
      }),
  }
}

function devicesIn(db: Kysely<Tables>, pool: pg.Pool): Pick<Store, 'known' | 'devices' | 'history' | 'allowRetry'> {
  return {
    async known(id, at) {
      const row = await db.selectFrom('devices').selectAll().where('id', '=', id).executeTakeFirst()
      return row && (await knownOf(pool, [deviceOf(row)], at))[0]
    },
    async devices({ limit, after, ...selection }) {
      return (await firstDevices(db, selection, { limit, after })).map(deviceOf)
    },
    async history(device, limit) {
      const query = db.selectFrom('reports').selectAll().where('device', '=', device).orderBy('id', 'desc')
      return (await query.limit(limit).execute()).map(reportOf)
    },
    async allowRetry(device, packageUid) {
      const { numUpdatedRows } = await db
        .updateTable('attempts')
        .set({ retry: true })
        .where('device', '=', device)
        .where('package', '=', packageUid)
        .where('state', 'in', ['failed', 'rolled_back'])
        .executeTakeFirst()
      return numUpdatedRows > 0 ? 'allowed' : 'needless'
    },
  }
}
