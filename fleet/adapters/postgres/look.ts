import type { Selectable } from 'kysely'
import type pg from 'pg'
import type { Pace } from '../../rollout/pace.ts'
import type { Device, Known, Order, Rule, Sight } from '../../store/records.ts'
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
// It is found again by its place on the disk, which is half the price; all that is common to a product is read once.
const text = `
  with heard as (
    select a.id as asked, a.at, a.says, a.package, d.*, d.ctid as place,
      case when a.probe then a.product else coalesce(d.product, a.product) end as meant,
      a.probe and d.product = a.product and d.version = a.version and d.hardware = a.hardware
        and d.identity::text = a.identity and d.attributes::text = a.attributes
        and d.boot is not distinct from a.boot as same
    from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::timestamptz[],
      $8::text[], $9::boolean[], $10::text[], $11::text[])
      as a(id, product, version, hardware, identity, attributes, at, says, probe, package, boot)
    left join devices d on d.id = a.id),
  touched as (
    update devices d set last_seen = greatest(d.last_seen, h.at), waits = h.says, revision = d.revision + 1
    from heard h where h.same and d.ctid = h.place and d.id = h.id and d.revision = h.revision
    returning d.id, d.revision),
  products as (select meant as product, min(asked) as first, max(at) as at from heard group by meant),
  ordered as (
    select h.asked, json_agg(json_build_object('order', r, 'pace', ${paceSql('h.at')})) as orders
    from heard h join rollout_devices rd on rd.device = h.asked join rollouts r on r.id = rd.rollout and r.running
    group by h.asked),
  listed as (
    select asked, json_object_agg(rollout, phase) as phases from (
      select h.asked, l.rollout, min(l.phase) as phase
      from heard h join rollouts r on r.running and r.lists
      join rollout_lists l on l.rollout = r.id and l.device = h.asked
      group by h.asked, l.rollout) first_of_each group by asked),
  tried as (
    select h.asked, json_agg(t order by t.at desc, t.package) as attempts
    from heard h join attempts t on t.device = h.asked group by h.asked)
  select h.asked, h.meant, h.id, h.product, h.version, h.hardware, h.identity, h.attributes, h.labels, h.status, h.waits, h.boot,
    h.first_seen, h.last_seen, coalesce(t.revision, h.revision, -1) as revision, t.id is not null as touched,
    k.version as package_version, p.labels as approved, o.orders, l.phases as listed, tried.attempts,
    case when f.product is not null then (${rulesText} where p.product = f.product) end as rules,
    case when f.product is not null then (
      select json_agg(json_build_object('order', r, 'pace', ${paceSql('f.at')}))
      from rollouts r where r.running and (r.whole_product or r.by_query) and r.product = f.product) end as orders_of_product
  from heard h
  left join touched t on t.id = h.id
  left join packages k on k.uid = h.package
  left join approvals p on p.device = h.asked
  left join ordered o on o.asked = h.asked
  left join listed l on l.asked = h.asked
  left join tried on tried.asked = h.asked
  left join products f on f.first = h.asked`

interface Ordered {
  order: Json<Row<'rollouts'>>
  pace: Pace | null
}

interface Found extends Omit<Row<'devices'>, 'id'> {
  asked: string
  id: string | null
  meant: string
  touched: boolean
  package_version: string | null
  approved: Device['labels'] | null
  orders: Ordered[] | null
  /** The first phase that lists the device, by rollout. */
  listed: Readonly<Record<string, number>> | null
  attempts: Json<Row<'attempts'>>[] | null
  /** With the first device of each product. */
  rules: Rule[] | null
  orders_of_product: Ordered[] | null
}

/** What a probe or report asks. */
export interface Asked {
  sight: Sight
  packageUid: string | null
}

/** What holds for all devices of a product. */
interface OfProduct {
  rules: readonly Rule[]
  orders: readonly Order[]
}

/**
 * Reads all that is known of devices that were heard, each named once, in their order. Probes that tell nothing new are written
 * down on the way.
 */
export async function look(db: Pick<pg.Pool, 'query'>, asked: readonly Asked[]): Promise<Look[]> {
  const rows = asked.map(({ sight: { id, facts, at, by, waits = null, boot = null }, packageUid }) => {
    const { productUid, version, hardware, identity, attributes } = facts
    const said = [productUid, version, hardware, JSON.stringify(identity), JSON.stringify(attributes)]
    return [id, ...said, new Date(at).toISOString(), waits, by === 'probe', packageUid, boot]
  })
  const values = Array.from({ length: 11 }, (_, column) => rows.map((row) => row[column]))
  const found = await db.query<Found>({ name: 'look', text, values })
  const byId = new Map(found.rows.map((row) => [row.asked, row]))
  const products = productsIn(found.rows)
  return asked.map(({ sight: { id } }) => {
    const row = byId.get(id)
    const product = products.get(row?.meant ?? '')
    if (!row || !product) throw new Error(`expected one row about ${id}, got none`)
    return lookOf(row, product)
  })
}

function productsIn(rows: readonly Found[]): Map<string, OfProduct> {
  const products = new Map<string, OfProduct>()
  for (const { meant, rules, orders_of_product: orders } of rows)
    if (rules) products.set(meant, { rules, orders: (orders ?? []).map(ordered) })
  return products
}

function lookOf(row: Found, { rules, orders }: OfProduct): Look {
  const named = (row.orders ?? []).map(ordered)
  const listed = (order: Order): Order => ({ ...order, listed: row.listed?.[order.rollout] ?? null })
  const meant = [...named, ...orders].sort((x, y) => y.rollout - x.rollout)
  return {
    before: row.id === null ? undefined : deviceOf({ ...row, id: row.id }),
    revision: row.revision,
    touched: row.touched,
    packageVersion: row.package_version,
    approved: row.approved,
    rules: [...rules],
    orders: row.listed ? meant.map(listed) : meant,
    attempts: (row.attempts ?? []).map((attempt) => attemptOf({ ...attempt, at: new Date(attempt.at) })),
  }
}

function ordered({ order, pace }: Ordered): Order {
  const startAt = order.start_at === null ? null : new Date(order.start_at)
  return orderOf({ ...order, created_at: new Date(order.created_at), start_at: startAt, pace })
}
