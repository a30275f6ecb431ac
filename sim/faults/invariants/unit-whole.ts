import type { SimUnit } from '../unit/sim-unit.ts'
import type { ServerWorld } from './server-world.ts'
import { checkUnitKnown } from './unit-known.ts'
import { isRelease, realityOf } from './unit-reality.ts'
import type { Watch } from './watch.ts'

export const unitWhole = {
  name: 'unit-whole',
  says: 'a unit comes to rest at the newest release or at the one before, on all nodes the same',
} as const

/** Of a unit that nothing happens to any more. */
export async function checkUnit(unit: SimUnit, world: ServerWorld): Promise<void> {
  const { watch } = world
  const { ordered, arrived } = watch.units.of(unit)
  const [newest, before] = [ordered.at(-1) ?? 0, arrived.at(-1) ?? 0]
  if (!isRelease(unit, newest) && !isRelease(unit, before)) {
    const is = realityOf(unit).sort().join(', ')
    const may = newest === before ? `release ${newest}` : `release ${newest} or ${before}`
    watch.broken('unit-whole', unit, `expected ${may}, got ${is}; its update is in ${unit.state}`)
  }
  await checkUnitKnown(unit, world)
}

export function unitHasArrived(unit: SimUnit): boolean {
  return unit.isAtRest && isRelease(unit, unit.releases.releases.length)
}

export function checkUnitArrived(unit: SimUnit, watch: Watch): void {
  if (unitHasArrived(unit)) return
  const is = realityOf(unit).sort().join(', ')
  watch.broken('updatable', unit, `its update is in ${unit.state}, it runs ${is}`)
}
