import type { Selectable } from 'kysely'
import type pg from 'pg'
import type { Device, Known, Sight } from '../../store/records.ts'
import { attemptOf, deviceOf, orderOf } from './rows.ts'
import type { Tables } from './tables.ts'

/*
 * What every probe and report begins with, as one statement, prepared by name.
 */

type Row<T extends keyof Tables> = Selectable<Tables[T]>
/** As JSON carries it: instants are texts. */
type Json<R> = { [K in keyof R]: R[K] extends Date ? string : R[K] extends Date | null ? string | null : R[K] }

/** `touched`: a device that probed and is as it was has been written down already; nothing else has to be. */
export interface Look extends Omit<Known, 'device'> {
  before: Device | undefined
  /** Of the device's row, for `record`; -1 where there is none. */
  revision: number
  touched: boolean
  packageVersion: string | null
  /** Labels that an operator gave the device beforehand; null where none did. */
  approved: Device['labels'] | null
}

// A row that another sight has changed since this statement began is not touched: its orders and attempts were read before.
const text = `
  with before as (select * from devices where id = $1),
  touched as (
    update devices d set last_seen = greatest(d.last_seen, $7), waits = $8, revision = d.revision + 1
    from before b
    where $9 and d.id = $1 and d.revision = b.revision and d.product = $2 and d.version = $3 and d.hardware = $4
      and d.identity::text = $5 and d.attributes::text = $6
    returning d.revision)
  select b.*, coalesce((select revision from touched), b.revision, -1) as revision,
    exists (select from touched) as touched,
    (select version from packages where uid = $10) as package_version,
    (select labels from approvals where device = $1) as approved,
    (select json_agg(r order by r.id desc) from (
       select * from rollouts where running and whole_product and product = case when $9 then $2 else coalesce(b.product, $2) end
       union all
       select r.* from rollout_devices rd join rollouts r on r.id = rd.rollout and r.running where rd.device = $1
     ) r) as orders,
    (select json_agg(a order by a.at desc, a.package) from attempts a where a.device = $1) as attempts
  from (values (1)) one left join before b on true`

interface Found extends Omit<Row<'devices'>, 'id'> {
  id: string | null
  touched: boolean
  package_version: string | null
  approved: Device['labels'] | null
  orders: Json<Row<'rollouts'>>[] | null
  attempts: Json<Row<'attempts'>>[] | null
}

/** Reads all that is known of a device that was heard. A probe that tells nothing new is written down on the way. */
export async function look(db: pg.Pool, sight: Sight, packageUid: string | null): Promise<Look> {
  const { id, facts, at, by, waits = null } = sight
  const { productUid, version, hardware, identity, attributes } = facts
  const said = [productUid, version, hardware, JSON.stringify(identity), JSON.stringify(attributes)]
  const values = [id, ...said, new Date(at), waits, by === 'probe', packageUid]
  const { rows } = await db.query<Found>({ name: 'look', text, values })
  const [row] = rows
  if (!row) throw new Error(`expected one row about ${id}, got none`)
  return {
    before: row.id === null ? undefined : deviceOf({ ...row, id: row.id }),
    revision: row.revision,
    touched: row.touched,
    packageVersion: row.package_version,
    approved: row.approved,
    orders: (row.orders ?? []).map((order) =>
      orderOf({
        ...order,
        created_at: new Date(order.created_at),
        start_at: order.start_at === null ? null : new Date(order.start_at),
      }),
    ),
    attempts: (row.attempts ?? []).map((attempt) => attemptOf({ ...attempt, at: new Date(attempt.at) })),
  }
}
