import type { Selectable } from 'kysely'
import type pg from 'pg'
import type { Attempt, Device, Known, Order, ReportEntry, Sight } from '../../store/records.ts'
import { type Heard, historyLimit } from '../../store/store.ts'
import { attemptOf, deviceOf, orderOf } from './rows.ts'
import type { Tables } from './tables.ts'

/*
 * The statements every probe and report runs, prepared by name: 1.7 times the rate of built ones.
 */

type Queries = Pick<pg.Pool, 'query'>
type Row<T extends keyof Tables> = Selectable<Tables[T]>

const insertDevice = `
  insert into devices as d (id, product, version, hardware, identity, attributes, status, first_seen, last_seen)
  values ($1, $2, $3, $4, $5, $6, 'idle', $7, $7)`
const before = 'before as (select product, version, hardware from devices where id = $1)'
const news = `(select b.product || b.version || b.hardware is distinct from d.product || d.version || d.hardware
  from before b) as changed`

const heardByProbe = `
  with ${before}
  ${insertDevice}
  on conflict (id) do update set
    product = excluded.product, version = excluded.version, hardware = excluded.hardware,
    identity = excluded.identity, attributes = excluded.attributes,
    last_seen = greatest(d.last_seen, excluded.last_seen)
  returning d.*, ${news}`

const heardByReport = `
  with ${before}
  ${insertDevice}
  on conflict (id) do update set last_seen = greatest(d.last_seen, excluded.last_seen)
  returning d.*, ${news}`

/** Writes the sight down and holds the device's row until the transaction ends. */
export async function hearDevice(
  db: Queries,
  { id, facts, at, by }: Sight,
): Promise<{ device: Device; news: Heard['news'] }> {
  const { productUid, version, hardware, identity, attributes } = facts
  const values = [id, productUid, version, hardware, JSON.stringify(identity), JSON.stringify(attributes), new Date(at)]
  const [name, text] = by === 'probe' ? ['heard-by-probe', heardByProbe] : ['heard-by-report', heardByReport]
  const { rows } = await db.query<Row<'devices'> & { changed: boolean | null }>({ name, text, values })
  const [row] = rows
  if (!row) throw new Error(`expected the device's row from the upsert of ${id}, got none`)
  return { device: deviceOf(row), news: row.changed === null ? 'registered' : row.changed ? 'changed' : 'none' }
}

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

export async function packageVersion(db: Queries, uid: string): Promise<string | null> {
  const text = 'select version from packages where uid = $1'
  const { rows } = await db.query<{ version: string }>({ name: 'package-version', text, values: [uid] })
  return rows[0]?.version ?? null
}

const saveAttemptText = `
  insert into attempts (device, package, version, state, reason, last_report, offers, retry, at)
  values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
  on conflict (device, package) do update set
    version = excluded.version, state = excluded.state, reason = excluded.reason, last_report = excluded.last_report,
    offers = excluded.offers, retry = excluded.retry, at = excluded.at`

export async function saveAttempt(db: Queries, a: Attempt): Promise<void> {
  const at = new Date(a.at)
  const values = [a.device, a.package, a.version, a.state, a.reason, a.lastReport, a.offers, a.retry, at]
  await db.query({ name: 'save-attempt', text: saveAttemptText, values })
}

export async function saveStatus(db: Queries, device: string, status: string): Promise<void> {
  const text = 'update devices set status = $2 where id = $1'
  await db.query({ name: 'save-status', text, values: [device, status] })
}

const addReportText = `
  insert into reports (device, at, package, status, concluded, previous_state, error_message, log)
  values ($1, $2, $3, $4, $5, $6, $7, $8)`
const trimReportsText = `
  delete from reports where device = $1
  and id <= (select id from reports where device = $1 order by id desc offset ${historyLimit} limit 1)`

/** Adds to a device's history and lets go of what is beyond the limit. */
export async function addReports(db: Queries, device: string, reports: readonly ReportEntry[]): Promise<void> {
  for (const r of reports) {
    const at = new Date(r.at)
    const values = [device, at, r.package, r.status, r.concluded, r.previousState, r.errorMessage, r.log]
    await db.query({ name: 'add-report', text: addReportText, values })
  }
  if (reports.length > 0) await db.query({ name: 'trim-reports', text: trimReportsText, values: [device] })
}
