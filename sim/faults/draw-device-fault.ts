import { type DeviceFault, linkTroubles } from './scenario.ts'
import type { Dice } from './world/dice.ts'

const minute = 60_000
const hour = 60 * minute
const day = 24 * hour
const tenYears = 3_652 * day

/** One thing that goes wrong on a device. */
export function drawDeviceFault(dice: Dice, device: number): DeviceFault {
  const during = dice.happens(0.8) ? 'update' : 'always'
  const after = dice.whole(1, dice.one([10, 60, 200, 400]))
  const kind = dice.one([
    'killed',
    'power',
    'power',
    'disk',
    'disk',
    'full',
    'program',
    'request',
    'link',
    'link',
    'clock',
  ])
  switch (kind) {
    case 'killed':
      return { device, kind: 'killed', during, after }
    case 'power':
      if (dice.happens(0.15)) return { device, kind: 'power-cut-in-boot-loader', afterChanges: dice.whole(1, 5) }
      return { device, kind: 'power-cut', during, after, offMs: dice.whole(1_000, dice.one([minute, hour, 5 * hour])) }
    case 'disk': {
      const code = dice.one(['EIO', 'ENOSPC'])
      return { device, kind: 'disk-error', code, during, after, times: dice.one([1, 1, 2, 5]) }
    }
    case 'full':
      return { device, kind: 'disk-full', forMs: dice.whole(minute, 3 * hour) }
    case 'program':
      return {
        device,
        kind: 'program-error',
        how: dice.one(['fails', 'hangs', 'missing']),
        during,
        after: dice.whole(1, 8),
      }
    case 'request':
      return {
        device,
        kind: 'request-error',
        how: dice.one(['refused', 'cut', 'timeout']),
        during,
        after: dice.whole(1, 8),
      }
    case 'link':
      return {
        device,
        kind: 'link',
        how: dice.one(linkTroubles),
        forMs: dice.whole(minute, dice.one([10 * minute, 3 * hour, day])),
      }
    case 'clock':
      return { device, kind: 'clock', byMs: drawJump(dice) }
  }
}

export function drawJump(dice: Dice): number {
  return dice.whole(-1_000, 1_000) * dice.one([100, minute, tenYears / 1_000])
}
