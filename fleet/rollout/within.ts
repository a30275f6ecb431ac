import { printQuery, type Query, queryLimits } from '@windlass/model'
import { FleetError } from '../fleet-error.ts'
import { type Extent, staysWithin, type Within } from '../groups/extent.ts'
import type { Counts, KeptPackage, Rollout, Target } from '../store/records.ts'
import type { Store } from '../store/store.ts'
import { nobody, totalOf } from './progress.ts'

/** How far whoever orders something sees, and how far he may do it. */
export interface Leave {
  seen: Within
  doing: Within
}
export const anywhere: Leave = { seen: undefined, doing: undefined }

type Devices = Pick<Store, 'counts' | 'countDevices' | 'deviceIds'>

/** The rollouts that somebody may see: some of their devices lie within, or any that come will. Of those devices they are counted. */
export async function seenAmong(
  store: Devices,
  rollouts: readonly Rollout[],
  within: Within,
): Promise<{ rollout: Rollout; counts: Counts }[]> {
  const some = rollouts.filter(({ product }) => mayHave(within, product))
  const counts = await store.counts(
    some.map(({ rollout }) => rollout),
    within,
  )
  const counted = some.map((rollout) => ({ rollout, counts: counts.get(rollout.rollout) ?? { ...nobody } }))
  return counted.filter((one) => within === undefined || isFor(one.rollout, within) || totalOf(one.counts) > 0)
}

export async function isSeen(store: Devices, rollout: Rollout, within: Within): Promise<boolean> {
  return within === undefined || isFor(rollout, within) || (await seenAmong(store, [rollout], within)).length > 0
}

/** A rollout without the devices that one may not see. */
export async function asSeen(store: Devices, rollout: Rollout, within: Within): Promise<Rollout> {
  const { to } = rollout
  if (within === undefined || !('devices' in to) || to.group !== undefined) return rollout
  return { ...rollout, to: { devices: await store.deviceIds({ devices: to.devices, within }) } }
}

/** Whether somebody may change a rollout: nobody that it is for, or will be, lies outside. */
export async function isWhollyWithin(store: Devices, rollout: Rollout, within: Within): Promise<boolean> {
  if (within === undefined || isFor(rollout, within)) return true
  if (!('devices' in rollout.to)) return false
  const { devices } = rollout.to
  return (await store.countDevices({ devices, within })) === devices.length
}

/** Told by what it is for alone. Of named devices that cannot be said: they may come to lie elsewhere. */
function isFor({ to, product, audience }: Rollout, within: readonly Extent[]): boolean {
  return !('devices' in to) && staysWithin(within, product, audience?.query ?? { is: 'all' })
}

/**
 * A target as far as one may go: of the product, or of those of whom a query is true, whoever lies within, later ones too. Where a
 * list has a say it is those of now. Named devices have to lie within, all of them. @throws FleetError `device_unknown`,
 * `role_missing`, `query_invalid`
 */
export async function bounded(
  store: Devices,
  { product }: Pick<KeptPackage, 'product'>,
  to: Target,
  leave: Leave,
): Promise<Target> {
  const { doing: within } = leave
  if (within === undefined) return to
  if ('devices' in to) return to.group === undefined ? allWithin(store, to, leave) : listedWithin(store, to, within)
  const query: Query = 'query' in to ? to.query : { is: 'all' }
  if (staysWithin(within, product, query)) return to
  const groups = within.filter(({ products }) => !products.includes(product)).map((extent) => extent.groups)
  if (groups.some((some) => some.length === 0)) throw noneOfThem()
  if (groups.flat().some((group) => group.query === null)) {
    const devices = await store.deviceIds({ query, within: ofProduct(within, product) })
    return named(devices, groups.flat().length === 1 && !('query' in to) ? groups.flat()[0]?.name : undefined)
  }
  const bounds = groups.map((some) =>
    joined(
      'or',
      some.flatMap((group) => group.query ?? []),
    ),
  )
  const [only, ...others] = groups.flat()
  const group = 'query' in to || others.length > 0 ? null : (only?.name ?? null)
  return { query: fitting(joined('and', 'query' in to ? [...bounds, query] : bounds)), group }
}

/** Named one by one: none is left out, and whom one does not see is not there. */
async function allWithin(store: Devices, to: { devices: readonly string[] }, { seen, doing }: Leave): Promise<Target> {
  const devices = [...new Set(to.devices)]
  if ((await store.countDevices({ devices, within: seen })) < devices.length)
    throw new FleetError('device_unknown', 'expected devices of this fleet, got some that were never seen')
  if ((await store.countDevices({ devices, within: doing })) < devices.length)
    throw new FleetError('role_missing', 'expected devices that one may operate, got others among them')
  return to
}

async function listedWithin(
  store: Devices,
  to: { devices: readonly string[]; group?: string },
  within: readonly Extent[],
): Promise<Target> {
  const devices = await store.deviceIds({ devices: to.devices, within })
  return devices.length === new Set(to.devices).size ? to : named(devices)
}

/** Where only products count, most rollouts need no look. */
function mayHave(within: Within, product: string): boolean {
  return within === undefined || within.every(({ products, groups }) => products.includes(product) || groups.length > 0)
}

function ofProduct(within: readonly Extent[], product: string): Extent[] {
  return [...within, { products: [product], groups: [] }]
}

function joined(is: 'and' | 'or', of: readonly Query[]): Query {
  const [first] = of
  return first && of.length === 1 ? first : { is, of }
}

/** What it is for is shown, and read again, as text. */
function fitting(query: Query): Query {
  const { length } = printQuery(query)
  if (length <= queryLimits.characters) return query
  const most = `at most ${queryLimits.characters} characters with the query of the groups that one may operate`
  throw new FleetError('query_invalid', `expected ${most}, got ${length}`)
}

const mostNamed = 100_000

function named(devices: readonly string[], group?: string): Target {
  if (devices.length === 0) throw noneOfThem()
  if (devices.length > mostNamed)
    throw new FleetError('request_invalid', `to: expected at most ${mostNamed} devices of lists, got ${devices.length}`)
  return group === undefined ? { devices } : { devices, group }
}

function noneOfThem(): FleetError {
  return new FleetError('role_missing', 'expected devices that one may operate, got none of them')
}
