import type { Played } from './play.ts'
import type { DeviceFault, ReleaseKind, Scenario } from './scenario.ts'

/** A kind of update whose every call is tried. */
export interface Course {
  name: string
  release: ReleaseKind
}

export const courses: readonly Course[] = [
  { name: 'an update that is good', release: 'good' },
  { name: 'an update that turns out sick', release: 'sick' },
  { name: 'an update whose kernel does not come up', release: 'panics' },
]

/** What befalls a call. `seeds`: how many ways of losing and tearing what was not synced are tried. */
interface Blow {
  name: string
  seeds: number
  fault(after: number): DeviceFault
}

const always = { device: 0, during: 'always' } as const
const blows: readonly Blow[] = [
  { name: 'agent killed', seeds: 1, fault: (after) => ({ ...always, kind: 'killed', after }) },
  {
    name: 'power cut, unsynced writes lost or torn',
    seeds: 3,
    fault: (after) => ({ ...always, kind: 'power-cut', after, offMs: 5_000 }),
  },
  { name: 'EIO', seeds: 1, fault: (after) => ({ ...always, kind: 'disk-error', code: 'EIO', after, times: 1 }) },
  { name: 'ENOSPC', seeds: 1, fault: (after) => ({ ...always, kind: 'disk-error', code: 'ENOSPC', after, times: 1 }) },
  { name: 'program fails', seeds: 1, fault: (after) => ({ ...always, kind: 'program-error', how: 'fails', after }) },
  { name: 'program hangs', seeds: 1, fault: (after) => ({ ...always, kind: 'program-error', how: 'hangs', after }) },
  {
    name: 'program missing',
    seeds: 1,
    fault: (after) => ({ ...always, kind: 'program-error', how: 'missing', after }),
  },
  {
    name: 'request refused',
    seeds: 1,
    fault: (after) => ({ ...always, kind: 'request-error', how: 'refused', after }),
  },
  { name: 'connection cut', seeds: 1, fault: (after) => ({ ...always, kind: 'request-error', how: 'cut', after }) },
  {
    name: 'request unanswered',
    seeds: 1,
    fault: (after) => ({ ...always, kind: 'request-error', how: 'timeout', after }),
  },
]

export interface PointsTried {
  course: string
  blow: string
  tried: number
  survived: number
}

/** How long a course lasts: the update, and some idle polls after it. */
const chaosMs = 2 * 3_600_000

/**
 * Each call that an agent makes in the course of an update fails once, in each way it can. Counting goes on until a
 * blow finds no call any more. Only every `stride`-th call is tried; default: all, in all courses.
 */
export async function* crashPoints(
  replay: (scenario: Scenario) => Promise<Played>,
  { stride = 1, of = courses }: { stride?: number; of?: readonly Course[] } = {},
): AsyncGenerator<{ tally: PointsTried; broken: Played | undefined }> {
  for (const { name: course, release } of of) {
    for (const { name: blow, seeds, fault } of blows) {
      const tally: PointsTried = { course, blow, tried: 0, survived: 0 }
      for (let after = 1, struck = true; struck; after += stride) {
        for (let seed = 1; seed <= seeds && struck; seed++) {
          const played = await replay(oneBlow(seed, release, fault(after)))
          struck = hasStruck(played, fault(after))
          if (!struck) break
          tally.tried += 1
          if (!played.violation) tally.survived += 1
          yield { tally, broken: played.violation ? played : undefined }
        }
      }
    }
  }
}

function oneBlow(seed: number, release: ReleaseKind, fault: DeviceFault): Scenario {
  return {
    seed,
    devices: 1,
    chaosMs,
    releases: [release],
    orders: [{ at: 1_000, do: 'rollout', release: 1, to: 'all' }],
    faults: [{ at: 0, ...fault }],
  }
}

function hasStruck({ counts }: Played, fault: DeviceFault): boolean {
  return (counts.get(`struck: ${fault.kind}`) ?? 0) > 0
}
