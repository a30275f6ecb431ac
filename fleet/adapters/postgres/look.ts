import type { Selectable } from 'kysely'
import type pg from 'pg'
import type { Pace } from '../../rollout/pace.ts'
import type { Device, Known, Rule, Sight } from '../../store/records.ts'
import { listedSql } from './listed.ts'
import { paceSql } from './pace.ts'
import { attemptOf, deviceOf, orderOf } from './rows.ts'
import { rulesText } from './rules.ts'
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
  with asked as (
    select * from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::timestamptz[],
      $8::text[], $9::boolean[], $10::text[], $11::text[])
    as a(id, product, version, hardware, identity, attributes, at, waits, probe, package, boot)),
  before as (select d.* from asked a join devices d on d.id = a.id),
  touched as (
    update devices d set last_seen = greatest(d.last_seen, a.at), waits = a.waits, revision = d.revision + 1
    from asked a, before b
    where a.probe and d.id = a.id and b.id = a.id and d.revision = b.revision
      and d.product = a.product and d.version = a.version and d.hardware = a.hardware
      and d.identity::text = a.identity and d.attributes::text = a.attributes
      and d.boot is not distinct from a.boot
    returning d.id, d.revision)
  select a.id as asked, b.*, coalesce(t.revision, b.revision, -1) as revision, t.id is not null as touched,
    (select version from packages where uid = a.package) as package_version,
    (select labels from approvals where device = a.id) as approved,
    (${rulesText} where p.product = case when a.probe then a.product else coalesce(b.product, a.product) end) as rules,
    (select json_agg(r order by r.id desc) from (
       select r.*, ${paceSql('a.at')} as pace, ${listedSql('a.id')} as listed
       from rollouts r where running and (whole_product or by_query)
         and r.product = case when a.probe then a.product else coalesce(b.product, a.product) end
       union all
       select r.*, ${paceSql('a.at')}, ${listedSql('a.id')} from rollout_devices rd join rollouts r on r.id = rd.rollout and r.running where rd.device = a.id
     ) r) as orders,
    (select json_agg(t order by t.at desc, t.package) from attempts t where t.device = a.id) as attempts
  from asked a left join before b on b.id = a.id left join touched t on t.id = a.id`

interface Found extends Omit<Row<'devices'>, 'id'> {
  asked: string
  id: string | null
  touched: boolean
  package_version: string | null
  approved: Device['labels'] | null
  rules: Rule[]
  orders: (Json<Row<'rollouts'>> & { pace: Pace | null; listed: number | null })[] | null
  attempts: Json<Row<'attempts'>>[] | null
}

/** What a probe or report asks. */
export interface Asked {
  sight: Sight
  packageUid: string | null
}

/**
 * Reads all that is known of devices that were heard, each named once, in their order. Probes that tell nothing new are written
 * down on the way.
 */
export async function look(db: pg.Pool, asked: readonly Asked[]): Promise<Look[]> {
  const rows = asked.map(({ sight: { id, facts, at, by, waits = null, boot = null }, packageUid }) => {
    const { productUid, version, hardware, identity, attributes } = facts
    const said = [productUid, version, hardware, JSON.stringify(identity), JSON.stringify(attributes)]
    return [id, ...said, new Date(at), waits, by === 'probe', packageUid, boot]
  })
  const values = Array.from({ length: 11 }, (_, column) => rows.map((row) => row[column]))
  const found = await db.query<Found>({ name: 'look', text, values })
  const byId = new Map(found.rows.map((row) => [row.asked, row]))
  return asked.map(({ sight: { id } }) => {
    const row = byId.get(id)
    if (!row) throw new Error(`expected one row about ${id}, got none`)
    return lookOf(row)
  })
}

function lookOf(row: Found): Look {
  return {
    before: row.id === null ? undefined : deviceOf({ ...row, id: row.id }),
    revision: row.revision,
    touched: row.touched,
    packageVersion: row.package_version,
    approved: row.approved,
    rules: row.rules,
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
