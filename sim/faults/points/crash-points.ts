import type { Call } from '../device/triggers.ts'
import type { Played } from '../play.ts'
import type { Fault, Scenario } from '../scenario.ts'
import { agentBlows, type Blow, fleetBlows, unitBlows } from './blows.ts'
import { type Course, courses } from './courses.ts'

type Replay = (scenario: Scenario) => Promise<Played>
const seed = 1
export const blowsOf: Readonly<Record<Course['of'], readonly Blow[]>> = {
  agent: agentBlows,
  fleet: fleetBlows,
  unit: unitBlows,
}

/** How one blow went at all places of one course. */
export interface PointsTried {
  course: string
  blow: string
  tried: number
  survived: number
}

/** A course as it went without accidents, or one point of it that was tried; `broken` where it did not survive. */
export type Tried =
  | { recorded: Played; course: Course }
  | { course: Course; tally: PointsTried; broken: Played | undefined }

/**
 * Plays each course once to record every call, then once more for each call and each way in which it can go wrong.
 * Only every `stride`-th point of all is tried; default: all.
 * @throws Error when a point cannot be reached again: then the world does not repeat itself, and nothing here counts
 */
export async function* crashPoints(
  replay: Replay,
  { stride = 1, of = courses }: { stride?: number; of?: readonly Course[] } = {},
): AsyncGenerator<Tried> {
  let number = 0
  for (const course of of) {
    const recorded = await replay({ seed, ...course.story })
    if (recorded.violation) throw new Error(`expected a course without accidents to go well: ${recorded.story.at(-1)}`)
    yield { recorded, course }
    for (const blow of blowsOf[course.of]) {
      const tally: PointsTried = { course: course.name, blow: blow.name, tried: 0, survived: 0 }
      for (const fault of blow.faults(recorded)) {
        number += 1
        if (number % stride === 0) yield { course, tally, broken: await tryOne(course, fault, tally, replay) }
      }
    }
  }
}

async function tryOne(
  { story }: Course,
  fault: Fault,
  tally: PointsTried,
  replay: Replay,
): Promise<Played | undefined> {
  const played = await replay({ seed, ...story, faults: [...story.faults, fault] })
  if (!played.counts.has(`struck: ${fault.kind}`))
    throw new Error(`expected to come to ${JSON.stringify(fault)} again, and did not`)
  tally.tried += 1
  if (played.violation) return played
  tally.survived += 1
  return undefined
}

/** What a recorded course is made of: how often each kind of call stands in it, by name. */
export function callsOf({ of }: Course, { calls, storeCalls, nodeCalls }: Played): ReadonlyMap<string, number> {
  const own = of === 'unit' ? nodeCalls.flat() : calls
  const names = of === 'fleet' ? storeCalls.map((name) => `store ${name}`) : own.map(nameOf)
  const counts = new Map<string, number>()
  for (const name of names.toSorted()) counts.set(name, (counts.get(name) ?? 0) + 1)
  return counts
}

/** Records are replaced by renaming, so each renaming of one is a transition that is persisted. */
function nameOf(call: Call): string {
  if (call.to !== 'disk') return call.to
  return call.op === 'rename' && /\.(json|conf)\.tmp$/.test(call.path) ? 'persisted transition' : `disk ${call.op}`
}
