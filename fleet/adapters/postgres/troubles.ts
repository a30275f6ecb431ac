import { type Kysely, sql } from 'kysely'
import type { Troubles } from '../../store/store.ts'
import { isMeant } from './members.ts'
import type { Tables } from './tables.ts'

/** Restarts without an update, and failures of other packages; looked for from the few lines of trouble, not from the devices. */
export async function findTroubles(
  db: Kysely<Tables>,
  rollout: number,
  from: number | null,
  after: number | null,
): Promise<Troubles> {
  const { rows: last } = await sql<{ id: number | null }>`select max(id) as id from reports`.execute(db)
  const found: Troubles = { upTo: last[0]?.id ?? 0, updated: 0, others: 0 }
  if (from === null || after === null) return found
  const { rows } = await sql<{ side: 'updated' | 'others'; n: number }>`
    with first as (
      select distinct on (l.device) l.device, l.id, l.at
      from reports l, rollouts r
      where r.id = ${rollout} and l.id > ${from} and l.id <= ${found.upTo}
        and l.status in ('restarted', 'error', 'rolled_back') and (l.status = 'restarted' or l.package <> r.package)
      order by l.device, l.id)
    select case when a.state = 'updated' and a.at <= f.at then 'updated' else 'others' end as side, count(*) as n
    from first f
    join rollouts r on r.id = ${rollout}
    join devices d on d.id = f.device and ${await isMeant(db, rollout)}
      and (not (r.whole_product or r.by_query) or r.hardware is null or d.hardware = any(r.hardware))
    left join attempts a on a.device = d.id and a.package = r.package
    where f.id > ${after} and d.status <> 'decommissioned' and (d.version = r.version or a.retry or coalesce(a.state, '') not in ('failed', 'rolled_back'))
    group by 1`.execute(db)
  for (const { side, n } of rows) found[side] = n
  return found
}
