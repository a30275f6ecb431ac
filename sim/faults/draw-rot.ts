import { type Fault, restKinds } from './scenario.ts'
import type { Dice } from './world/dice.ts'

const day = 86_400_000

/** What the disks of these devices forget in so many days: the seed says how bad they are. */
export function drawRot(dice: Dice, devices: readonly number[], days: number): Fault[] {
  const perDay = dice.one([0, 1, 2, 4])
  return devices.flatMap((device) =>
    Array.from({ length: perDay * days }, (): Fault => {
      const during = dice.happens(0.7) ? 'update' : 'always'
      const bits = dice.one([1, 1, 1, 2, 8, 64])
      const after = dice.whole(1, dice.one([1, 5, 20]))
      return { at: dice.whole(0, days * day), device, kind: 'bit-rot', of: dice.one(restKinds), bits, during, after }
    }),
  )
}
