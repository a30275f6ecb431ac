import type { RolloutForecast, RolloutOrder } from '@windlass/wire/operator'
import { FleetError } from '../fleet-error.ts'
import type { KeptPackage } from '../store/records.ts'
import type { NewRollout, Store } from '../store/store.ts'
import { groupsIn, listsOf, targetOf } from './audience.ts'
import { planOf } from './plan.ts'
import { anywhere, bounded, type Leave } from './within.ts'

/** What an order would do if it were given now, by one reason for each device. */
export interface Forecast {
  phase: number
  code: 'offer' | 'product_mismatch' | 'hardware_unsupported' | 'up_to_date' | 'failed_before' | 'rolled_back_before'
  devices: number
}

const texts: Readonly<Record<Forecast['code'], string>> = {
  offer: 'will be offered it',
  product_mismatch: 'are of another product',
  hardware_unsupported: 'have hardware that the package does not support',
  up_to_date: 'run its version',
  failed_before: 'failed with it before',
  rolled_back_before: 'went back from it before',
}

/** Says what an order would do; nothing is started. @throws FleetError as `startRollout` does */
export async function forecastRollout(
  store: Store,
  order: RolloutOrder,
  now: number,
  leave = anywhere,
): Promise<RolloutForecast> {
  const kept = await packageFor(store, order)
  const start = order.startAt === undefined ? null : Date.parse(order.startAt)
  const asked = { package: kept, createdAt: now, startAt: start, ...(await intended(store, kept, order, leave)) }
  const found = await store.forecast(asked)
  if (!found) throw new FleetError('device_unknown', 'expected devices of this fleet, got some that were never seen')
  const phases = asked.plan.phases.map((_, i) => sum(found.filter(offered).filter(({ phase }) => phase === i)))
  const codes = [...new Set(found.map(({ code }) => code))].filter((code) => code !== 'offer')
  const each = kept.objects.reduce((total, { size }) => total + size, 0)
  const devices = phases.reduce((total, n) => total + n, 0)
  return {
    devices,
    phases,
    bytesEach: each,
    bytes: each * devices,
    excluded: codes.map((code) => ({ code, text: texts[code], devices: sum(found.filter((f) => f.code === code)) })),
  }
}

/** The package of an order. @throws FleetError `package_unknown`, `product_mismatch` */
export async function packageFor(store: Store, { package: uid, to }: RolloutOrder): Promise<KeptPackage> {
  const kept = await store.package(uid)
  if (!kept) throw new FleetError('package_unknown', `expected a package of this fleet, got ${uid}`)
  if ('product' in to && to.product !== kept.product)
    throw new FleetError('product_mismatch', `expected product ${kept.product}, as the package says, got ${to.product}`)
  return kept
}

/**
 * Whom an order is for, as far as whoever gives it may go, and how it goes about it. @throws FleetError `group_unknown`,
 * `query_invalid`, `device_unknown`, `role_missing`
 */
export async function intended(
  store: Store,
  kept: KeptPackage,
  order: RolloutOrder,
  leave: Leave,
): Promise<Required<Pick<NewRollout, 'to' | 'plan' | 'lists'>>> {
  const groups = await groupsIn(store, order)
  const plan = planOf(order, groups)
  const to = await bounded(store, kept, targetOf(order.to, groups), leave)
  return { to, plan, lists: listsOf(plan, groups) }
}

function offered({ code }: Forecast): boolean {
  return code === 'offer'
}

function sum(some: readonly Forecast[]): number {
  return some.reduce((total, { devices }) => total + devices, 0)
}
