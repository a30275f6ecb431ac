import type { Call, Heard } from '../device/triggers.ts'
import type { Played } from '../play.ts'
import type { Fault, Scenario } from '../scenario.ts'
import { agentBlows, type Blow, fleetBlows, unitBlows } from './blows.ts'
import type { Course } from './courses.ts'

type Replay = (scenario: Scenario) => Promise<Played>
const seed = 1
export const blowsOf: Readonly<Record<Course['of'], readonly Blow[]>> = {
  agent: agentBlows,
  fleet: fleetBlows,
  unit: unitBlows,
}

/** A course as it went without accidents, or one point of it that was tried; `broken` where it did not survive. */
export type Tried =
  | { course: Course; recorded: Played }
  | { course: Course; blow: string; worldMs: number; broken: Played | undefined }

/** Which of all points, counted from 1 over the chosen courses. */
export interface Choice {
  of: readonly Course[]
  /** The first and the last one. Default: all. */
  from?: number
  to?: number
  /** Of every so many one: that which leaves `seed` over, so that the seeds below it are all points, each once. Default 1 and 0. */
  stride?: number
  seed?: number
  /** Of those, every `workers`-th, beginning with number `worker` from 0. Default: all. */
  worker?: number
  workers?: number
}

/**
 * Plays each course once to record every call, then once more for each call and each way in which it can go wrong.
 * @throws Error when a point cannot be reached again: then the world does not repeat itself, and nothing here counts
 */
export async function* crashPoints(replay: Replay, choice: Choice): AsyncGenerator<Tried> {
  const { of, worker = 0, workers = 1 } = choice
  let [number, chosen] = [0, 0]
  for (const course of of) {
    const recorded = await recordedOf(course, replay)
    yield { course, recorded }
    for (const { name, faults } of blowsOf[course.of]) {
      for (const fault of faults(recorded)) {
        number += 1
        if (!isChosen(number, choice)) continue
        chosen += 1
        if (chosen % workers === worker) yield await tryOne(course, name, fault, replay)
      }
    }
  }
}

async function recordedOf({ story, fromMs = 0 }: Course, replay: Replay): Promise<Played> {
  const played = await replay({ seed, ...story })
  if (played.violation) throw new Error(`expected a course without accidents to go well: ${played.story.at(-1)}`)
  const since = (calls: readonly Heard[]) => calls.filter(({ ms }) => ms >= fromMs)
  return { ...played, calls: since(played.calls), nodeCalls: played.nodeCalls.map(since) }
}

function isChosen(number: number, { from = 1, to = Infinity, stride = 1, seed = 0 }: Choice): boolean {
  return number >= from && number <= to && number % stride === seed % stride
}

async function tryOne(course: Course, blow: string, fault: Fault, replay: Replay): Promise<Tried> {
  const { story, fromMs = 0 } = course
  const played = await replay({ seed, ...story, faults: [...story.faults, { ...fault, at: fromMs }] })
  if (!played.counts.has(`struck: ${fault.kind}`))
    throw new Error(`expected to come to ${JSON.stringify(fault)} again, and did not`)
  return { course, blow, worldMs: played.worldMs, broken: played.violation && played }
}

/** What a recorded course is made of: how often each kind of call stands in it, by name. */
export function callsOf({ of }: Course, { calls, storeCalls, nodeCalls }: Played): ReadonlyMap<string, number> {
  const own = of === 'unit' ? nodeCalls.flat() : calls
  const names = of === 'fleet' ? storeCalls.map((name) => `store ${name}`) : own.map(({ call }) => nameOf(call))
  const counts = new Map<string, number>()
  for (const name of names.toSorted()) counts.set(name, (counts.get(name) ?? 0) + 1)
  return counts
}

/** Records are replaced by renaming, so each renaming of one is a transition that is persisted. */
function nameOf(call: Call): string {
  if (call.to !== 'disk') return call.to
  return call.op === 'rename' && /\.(json|conf)\.tmp$/.test(call.path) ? 'persisted transition' : `disk ${call.op}`
}
