import type { Placed, PlacementInput } from './input.ts'
import { refuseTooMuch } from './limits.ts'
import { Round } from './round.ts'

/** `placeAll` within the limits of a unit. @throws UnitError `desired_state` past them */
export function place(input: PlacementInput): Placed {
  refuseTooMuch(input)
  return placeAll(input)
}

/**
 * Decides where every instance runs (aoscore.md 5.3, 5.4). Who has a place keeps it where the node still allows that, and it
 * did not fail there while another has room. A rebalancing that would leave more instances without a place than doing nothing is not done.
 */
export function placeAll(input: PlacementInput): Placed {
  const stayed = () => new Round({ ...input, rebalance: false }).run()
  if (!input.rebalance) return stayed()
  const [moved, before] = [new Round(input).run(), stayed()]
  return moved.failures.length > before.failures.length ? before : moved
}
