import type { UnitStatus } from '@windlass/model/unit'
import { type Kysely, type Selectable, sql, type Transaction } from 'kysely'
import { judgeClaim } from '../../units/judge-claim.ts'
import { type NewsContent, type NewsKind, newsLimits } from '../../units/news.ts'
import type { ItemVersion, Release, Unit } from '../../units/records.ts'
import type { UnitStore } from '../../units/unit-store.ts'
import { claimsIn, lockedClaim, useClaim } from './claims.ts'
import { ownKey } from './own-locks.ts'
import type { Tables } from './tables.ts'
import { unitGroupsIn, unitsMeant } from './unit-groups.ts'
import { postgresUnitRollouts } from './unit-rollouts.ts'

type Row<T extends keyof Tables> = Selectable<Tables[T]>
type Db = Kysely<Tables>

/** The records of units in PostgreSQL; the tables have to be there. */
export function postgresUnitStore(db: Db): UnitStore {
  return {
    ...content(db),
    ...claimsIn(db),
    ...enrolment(db),
    ...units(db),
    ...newsIn(db),
    ...postgresUnitRollouts(db),
    ...unitGroupsIn(db),
  }
}

function content(db: Db) {
  return {
    async addBlob(blob) {
      await db
        .insertInto('blobs')
        .values(blob)
        .onConflict((conflict) => conflict.doNothing())
        .execute()
    },
    async blobs(digests) {
      if (digests.length === 0) return []
      const rows = await db.selectFrom('blobs').selectAll().where('digest', 'in', digests).execute()
      return digests.flatMap((digest) => rows.find((row) => row.digest === digest) ?? [])
    },
    async addItem(item) {
      const { numInsertedOrUpdatedRows: added } = await db
        .insertInto('items')
        .values(rowOf(item))
        .onConflict((conflict) => conflict.doNothing())
        .executeTakeFirstOrThrow()
      if (added) return 'added'
      const there = db.selectFrom('items').select('index_digest').where('item_id', '=', item.itemId)
      const { index_digest } = await there.where('version', '=', item.version).executeTakeFirstOrThrow()
      return index_digest === item.indexDigest ? 'same' : 'other'
    },
    async items() {
      return (await db.selectFrom('items').selectAll().orderBy('item_id').orderBy('version').execute()).map(itemOf)
    },
    async addRelease(order, at) {
      const row = { content: JSON.stringify(order), created_at: new Date(at) }
      return releaseOf(await db.insertInto('releases').values(row).returningAll().executeTakeFirstOrThrow())
    },
    async release(id) {
      const row = await db.selectFrom('releases').selectAll().where('id', '=', id).executeTakeFirst()
      return row && releaseOf(row)
    },
    async releases() {
      return (await db.selectFrom('releases').selectAll().orderBy('id', 'desc').execute()).map(releaseOf)
    },
  } satisfies Partial<UnitStore>
}

function enrolment(db: Db) {
  return {
    enrol: (tokenHash, { id, model, at, serials = [] }) =>
      db.transaction().execute(async (tx) => {
        const claim = await lockedClaim(tx, sql`token_hash = ${tokenHash}`)
        if (!claim) return 'unknown'
        // Two claims for one name wait for each other.
        await sql`with own as (select ${`unit ${id}`}::text as name) select pg_advisory_xact_lock(${sql.raw(ownKey('name'))}) from own`.execute(
          tx,
        )
        const known = await tx.selectFrom('units').select('status').where('id', '=', id).executeTakeFirst()
        const refused = await tx.selectFrom('revoked_units').select('unit').where('unit', '=', id).executeTakeFirst()
        const before = known && { ...known, isRevoked: refused !== undefined }
        const judged = judgeClaim(claim, id, before, at)
        if (judged !== 'enrolled') return judged
        await revokeCertificates(tx, id, at)
        const issued = serials.map((serial) => ({ serial, unit: id, issued_at: new Date(at), revoked_at: null }))
        if (issued.length > 0) await tx.insertInto('unit_certificates').values(issued).execute()
        await tx.deleteFrom('revoked_units').where('unit', '=', id).execute()
        await useClaim(tx, claim, id, at)
        await tx
          .insertInto('units')
          .values({
            id,
            model,
            release: null,
            status: null,
            standing: 'idle',
            first_seen: new Date(at),
            last_seen: new Date(at),
          })
          .onConflict((conflict) => conflict.column('id').doUpdateSet({ model, last_seen: new Date(at) }))
          .execute()
        return 'enrolled'
      }),
    revoke: (unit, at) =>
      db.transaction().execute(async (tx) => {
        const known = await tx.selectFrom('units').select('id').where('id', '=', unit).forUpdate().executeTakeFirst()
        if (!known) return undefined
        const row = { unit, at: new Date(at) }
        await tx
          .insertInto('revoked_units')
          .values(row)
          .onConflict((conflict) => conflict.doNothing())
          .execute()
        return revokeCertificates(tx, unit, at)
      }),
    async counts(unit, serial) {
      const refused = await db.selectFrom('revoked_units').select('unit').where('unit', '=', unit).executeTakeFirst()
      if (refused) return false
      if (serial === null) return true
      const own = db.selectFrom('unit_certificates').select(['serial', 'revoked_at']).where('unit', '=', unit)
      const rows = await own.execute()
      return rows.length === 0 || rows.some((row) => row.serial === serial && row.revoked_at === null)
    },
  } satisfies Partial<UnitStore>
}

async function revokeCertificates(tx: Transaction<Tables>, unit: string, at: number): Promise<number> {
  const counting = tx.updateTable('unit_certificates').set({ revoked_at: new Date(at) })
  const { numUpdatedRows } = await counting
    .where('unit', '=', unit)
    .where('revoked_at', 'is', null)
    .executeTakeFirstOrThrow()
  return Number(numUpdatedRows)
}

function units(db: Db) {
  return {
    async unit(id) {
      const row = await db.selectFrom('units').selectAll().where('id', '=', id).executeTakeFirst()
      return row && unitOf(row)
    },
    async units({ limit, after = '', ...selection }) {
      const query = db.selectFrom('units as u').selectAll().where(unitsMeant(selection)).where('u.id', '>', after)
      return (await query.orderBy('u.id').limit(limit).execute()).map(unitOf)
    },
    async setRelease(unit, release) {
      const { numUpdatedRows } = await db
        .updateTable('units')
        .set(({ eb }) => ({ release, standing: 'on_the_way' as const, orders: eb('orders', '+', 1) }))
        .where('id', '=', unit)
        .executeTakeFirstOrThrow()
      return numUpdatedRows > 0n
    },
    hear: (id, at, merge) => db.transaction().execute((tx) => hear(tx, id, at, merge)),
  } satisfies Partial<UnitStore>
}

function newsIn(db: Db): Pick<UnitStore, 'addNews' | 'news'> {
  return {
    addNews: (unit, kind, at, contents) =>
      db.transaction().execute(async (tx) => {
        const rows = contents.map((content) => ({ unit, kind, at: new Date(at), content: JSON.stringify(content) }))
        if (rows.length > 0) await tx.insertInto('unit_news').values(rows).execute()
        await sql`delete from unit_news where unit = ${unit} and kind = ${kind} and id <= (
          select id from unit_news where unit = ${unit} and kind = ${kind}
          order by id desc offset ${newsLimits[kind]} limit 1)`.execute(tx)
      }),
    async news<K extends NewsKind>(unit: string, kind: K) {
      const all = db.selectFrom('unit_news').select(['at', 'content']).where('unit', '=', unit).where('kind', '=', kind)
      const rows = await all.orderBy('id', 'desc').execute()
      // The driver has read the JSON that `addNews` wrote.
      return rows.map(({ at, content }) => ({ at: at.getTime(), content: content as unknown as NewsContent[K] }))
    },
  }
}

async function hear(
  tx: Transaction<Tables>,
  id: string,
  at: number,
  merge: (before: UnitStatus | null) => UnitStatus | null,
): Promise<Unit | undefined> {
  const row = await tx.selectFrom('units').selectAll().where('id', '=', id).forUpdate().executeTakeFirst()
  if (!row) return undefined
  const status = merge(row.status)
  await tx
    .updateTable('units')
    .set({ status: status && JSON.stringify(status), last_seen: new Date(at) })
    .where('id', '=', id)
    .execute()
  return { ...unitOf(row), status, lastSeen: at }
}

function rowOf({ itemId, version, type, ownerId, indexDigest, blobs, size, createdAt }: ItemVersion) {
  const row = { item_id: itemId, version, type, owner_id: ownerId, index_digest: indexDigest }
  return { ...row, blobs: [...blobs], size, created_at: new Date(createdAt) }
}

// Rows may have columns of a version to come.
function itemOf(row: Row<'items'>): ItemVersion {
  const { version, type, blobs, size } = row
  const names = { itemId: row.item_id, ownerId: row.owner_id, indexDigest: row.index_digest }
  return { ...names, version, type, blobs, size, createdAt: row.created_at.getTime() }
}

function releaseOf({ id, content: order, created_at }: Row<'releases'>): Release {
  return { id, content: order, createdAt: created_at.getTime() }
}

function unitOf(row: Row<'units'>): Unit {
  const { id, model, release, orders, labels, status } = row
  const standing = row.standing ?? 'unheard'
  return {
    id,
    model,
    release,
    orders,
    labels,
    status,
    standing,
    firstSeen: row.first_seen.getTime(),
    lastSeen: row.last_seen.getTime(),
  }
}
