import table from '@windlass/model/unit-table' with { type: 'json' }
import type { UnitDetail } from '@windlass/wire/operator'
import { arrowsOf, type Machine } from '../../parts/machine.ts'

export type UnitState = keyof typeof table.diagram
const states = Object.keys(table.diagram) as UnitState[]

/** The unit's update manager as it is drawn: an update goes left to right, below it the way back and the rest. */
export const unitMachine: Machine<UnitState> = {
  states,
  arrowsFrom: arrowsOf(table.diagram),
  stands: {
    downloading: [0, 0],
    pending: [1, 0],
    installing: [2, 0],
    launching: [3, 0],
    activating: [4, 0],
    finalizing: [5, 0],
    none: [1, 1],
    reverting: [3, 1],
  },
}

type Told = Pick<UnitDetail, 'standing' | 'items' | 'instances'>

/**
 * Where the update manager is, as far as the unit's words tell: it does not name its state to the fleet, but what its items
 * and instances are doing. `launching` and `finalizing` are too short to be seen so, and `reverting` looks like `none`.
 */
export function stateOfUnit({ standing, items, instances }: Told): UnitState {
  if (standing !== 'on_the_way') return 'none'
  const some = (state: string) => items.some((item) => item.state === state)
  if (some('downloading')) return 'downloading'
  if (some('pending')) return 'pending'
  if (some('installing')) return 'installing'
  return instances.some(({ state }) => state === 'activating') ? 'activating' : 'none'
}

const way: readonly UnitState[] = ['downloading', 'pending', 'installing', 'launching', 'activating', 'finalizing']

/** The states an update went through to be where it is: all of them once the unit has arrived. */
export function passedTo(state: UnitState, standing: UnitDetail['standing']): Set<UnitState> {
  return new Set(standing === 'arrived' ? way : way.slice(0, Math.max(0, way.indexOf(state))))
}
