import type { Selectable } from 'kysely'
import type pg from 'pg'
import type { Pace } from '../../rollout/pace.ts'
import type { Device, Known, Order, Rule } from '../../store/records.ts'
import { listedSql } from './listed.ts'
import { paceSql } from './pace.ts'
import { attemptOf, orderOf } from './rows.ts'
import { rulesText } from './rules.ts'
import type { Tables } from './tables.ts'

type Queries = Pick<pg.Pool, 'query'>
type Row<T extends keyof Tables> = Selectable<Tables[T]>
type Ordered = Row<'rollouts'> & { device: string; pace: Pace | null; listed: number | null }

const ordersText = `
  select d.id as device, r.*, ${paceSql('$2')} as pace, ${listedSql('d.id')} as listed from devices d
  join rollouts r on r.running and (r.whole_product or r.by_query) and r.product = d.product
  where d.id = any($1)
  union all
  select rd.device, r.*, ${paceSql('$2')}, ${listedSql('rd.device')} from rollout_devices rd
  join rollouts r on r.id = rd.rollout and r.running
  where rd.device = any($1)
  order by id desc`
const attemptsText = 'select * from attempts where device = any($1) order by at desc, package'

/** What is known of these devices, in their order. `at`: with the pace of their rollouts then. */
export async function knownOf(db: Queries, devices: readonly Device[], at?: number): Promise<Known[]> {
  const ids = [devices.map((device) => device.id)]
  const asked = [...ids, at === undefined ? null : new Date(at)]
  const orders = await db.query<Ordered>({ name: 'orders', text: ordersText, values: asked })
  const attempts = await db.query<Row<'attempts'>>({ name: 'attempts', text: attemptsText, values: ids })
  const products = [[...new Set(devices.map((device) => device.product))]]
  const rules = await db.query<{ rules: Rule[] }>({
    name: 'rules',
    text: `select (${rulesText} where p.product = any($1)) as rules`,
    values: products,
  })
  const ordersBy = Map.groupBy(orders.rows, (row) => row.device)
  const attemptsBy = Map.groupBy(attempts.rows, (row) => row.device)
  return devices.map((device) => ({
    device,
    orders: (ordersBy.get(device.id) ?? []).map((row): Order => orderOf(row)),
    attempts: (attemptsBy.get(device.id) ?? []).map(attemptOf),
    rules: (rules.rows[0]?.rules ?? []).filter(({ product }) => product === device.product),
  }))
}
