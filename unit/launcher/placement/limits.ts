import { UnitError } from '../../unit-error.ts'
import type { PlacementInput } from './input.ts'

/** How much one unit may hold: four times what AosCore allows (aoscore.md 0.4). */
export const limits = { nodes: 64, instances: 1024, items: 256 } as const

/** @throws UnitError `desired_state` */
export function refuseTooMuch({ requests, sites }: Pick<PlacementInput, 'requests' | 'sites'>): void {
  const counts = {
    nodes: sites.length,
    instances: requests.reduce((sum, { numInstances }) => sum + numInstances, 0),
    items: new Set(requests.map(({ item }) => item.itemId)).size,
  }
  for (const what of ['nodes', 'instances', 'items'] as const)
    if (counts[what] > limits[what])
      throw new UnitError('desired_state', `expected at most ${limits[what]} ${what} in a unit, got ${counts[what]}`)
}
