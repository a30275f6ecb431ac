import { type Kysely, type Selectable, sql } from 'kysely'
import { usesLeft } from '../../units/judge-claim.ts'
import type { Claim } from '../../units/records.ts'
import { mostClaims, type UnitStore } from '../../units/unit-store.ts'
import type { Tables } from './tables.ts'

type Db = Kysely<Tables>

/** Rights to enrol in PostgreSQL. */
export function claimsIn(db: Db): Pick<UnitStore, 'addClaim' | 'claims' | 'withdrawClaim'> {
  return {
    async addClaim({ tokenHash, systemId, createdAt, uses = 1, expiresAt = null }) {
      const row = { token_hash: tokenHash, system_id: systemId, created_at: new Date(createdAt), used_by: null, uses }
      await db
        .insertInto('claims')
        .values({ ...row, expires_at: expiresAt === null ? null : new Date(expiresAt), withdrawn_at: null })
        .execute()
    },
    claims: () => claimsWhere(db, sql`true`),
    withdrawClaim: (id, at) =>
      db.transaction().execute(async (tx) => {
        const claim = await lockedClaim(tx, sql`starts_with(token_hash, ${id})`)
        if (!claim) return 'unknown'
        if (usesLeft(claim) === 0) return 'used'
        const withdrawn_at = new Date(claim.withdrawnAt ?? at)
        await tx.updateTable('claims').set({ withdrawn_at }).where('token_hash', '=', claim.tokenHash).execute()
        return 'withdrawn'
      }),
  }
}

/** Until the transaction ends nobody else uses it. */
export async function lockedClaim(tx: Db, condition: ReturnType<typeof sql>): Promise<Claim | undefined> {
  const { rows } = await sql<{ token_hash: string }>`
    select token_hash from claims where ${condition} order by token_hash limit 1 for update`.execute(tx)
  const [row] = rows
  return row && (await claimsWhere(tx, sql`token_hash = ${row.token_hash}`))[0]
}

/** Writes down that a unit enrolled with a claim. */
export async function useClaim(tx: Db, claim: Claim, unit: string, at: number): Promise<void> {
  const use = { token_hash: claim.tokenHash, unit, at: new Date(at) }
  await tx
    .insertInto('claim_uses')
    .values(use)
    .onConflict((conflict) => conflict.doNothing())
    .execute()
  const usedBy = [...new Set([...claim.usedBy, unit])]
  if (usesLeft({ ...claim, usedBy }) > 0) return
  await tx.updateTable('claims').set({ used_by: unit }).where('token_hash', '=', claim.tokenHash).execute()
}

async function claimsWhere(db: Db, condition: ReturnType<typeof sql>): Promise<Claim[]> {
  const { rows } = await sql<Selectable<Tables['claims']> & { units: string[] }>`
    select c.*, array(select unit from claim_uses u where u.token_hash = c.token_hash order by u.at, u.unit) as units
    from claims c where ${condition} order by c.created_at desc, c.token_hash limit ${mostClaims}`.execute(db)
  return rows.map((row) => ({
    tokenHash: row.token_hash,
    systemId: row.system_id,
    createdAt: row.created_at.getTime(),
    uses: row.uses,
    // Claims that were used before uses were counted.
    usedBy: [...new Set([...row.units, ...(row.used_by === null ? [] : [row.used_by])])],
    expiresAt: row.expires_at?.getTime() ?? null,
    withdrawnAt: row.withdrawn_at?.getTime() ?? null,
  }))
}
