import type { Release } from '../world/catalogue.ts'
import type { Dice } from '../world/dice.ts'

/*
 * What a release does on the device that runs it, by its kind.
 */

type Kind = Release['kind'] | undefined
const sickLaterMs = 4 * 3_600_000

/** What the device's own check says. */
export function isHealthy(kind: Kind, device: number): boolean {
  return kind !== 'sick' && !(kind === 'half-sick' && device % 2 === 1)
}

/** When it takes an agent down that starts now: every few minutes, hours after the system came up; undefined for never. */
export function crashesInMs(kind: Kind, upMs: number, dice: Dice): number | undefined {
  return kind === 'sick-later' ? Math.max(0, sickLaterMs - upMs) + dice.whole(120_000, 1_200_000) : undefined
}
