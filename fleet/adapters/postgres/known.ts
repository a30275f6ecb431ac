import type { Selectable } from 'kysely'
import type pg from 'pg'
import type { Device, Known, Order } from '../../store/records.ts'
import { attemptOf, orderOf } from './rows.ts'
import type { Tables } from './tables.ts'

type Queries = Pick<pg.Pool, 'query'>
type Row<T extends keyof Tables> = Selectable<Tables[T]>

const ordersText = `
  select d.id as device, r.* from devices d
  join rollouts r on r.running and r.whole_product and r.product = d.product
  where d.id = any($1)
  union all
  select rd.device, r.* from rollout_devices rd
  join rollouts r on r.id = rd.rollout and r.running
  where rd.device = any($1)
  order by id desc`
const attemptsText = 'select * from attempts where device = any($1) order by at desc, package'

/** What is known of these devices, in their order. */
export async function knownOf(db: Queries, devices: readonly Device[]): Promise<Known[]> {
  const ids = [devices.map((device) => device.id)]
  const orders = await db.query<Row<'rollouts'> & { device: string }>({ name: 'orders', text: ordersText, values: ids })
  const attempts = await db.query<Row<'attempts'>>({ name: 'attempts', text: attemptsText, values: ids })
  const ordersBy = Map.groupBy(orders.rows, (row) => row.device)
  const attemptsBy = Map.groupBy(attempts.rows, (row) => row.device)
  return devices.map((device) => ({
    device,
    orders: (ordersBy.get(device.id) ?? []).map((row): Order => orderOf(row)),
    attempts: (attemptsBy.get(device.id) ?? []).map(attemptOf),
  }))
}
