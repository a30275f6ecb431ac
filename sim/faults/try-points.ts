import type { Options } from './options.ts'
import type { Played } from './play.ts'
import { type Course, courses } from './points/courses.ts'
import { type Choice, callsOf, crashPoints, type Tried } from './points/crash-points.ts'
import { crashPointsInThreads } from './points/in-threads.ts'
import { PointTallies } from './points/point-tallies.ts'
import type { Scenario } from './scenario.ts'
import { cpuMsSince, deviceDaysOf, effortText, type Screen, storyText } from './screen.ts'

/** Tries the crash points that were asked for. @returns how many did not survive */
export async function tryPoints(
  options: Options,
  replay: (scenario: Scenario) => Promise<Played>,
  screen: Screen,
): Promise<number> {
  const { stride, seed, from, to, course: word, workers, json } = options
  const tallies = new PointTallies()
  const started = process.cpuUsage()
  let deviceDays = 0
  for await (const one of points({ of: coursesOf(word), stride, seed, from, to })) {
    if ('recorded' in one) {
      tellCourse(one.course, one.recorded)
      continue
    }
    deviceDays += deviceDaysOf({ scenario: one.course.story, worldMs: one.worldMs })
    tallies.add(one.course.name, one.blow, !one.broken)
    screen.progress(`${tallies.tried} points tried, ${tallies.survived} survived; ${one.course.name}: ${one.blow}`)
    if (one.broken) tellBroken(one.broken)
  }
  const effort = { deviceDays, cpuMs: cpuMsSince(started) }
  const { tried, survived } = tallies
  if (json) screen.line(JSON.stringify({ tried, survived, points: tallies.rows, ...effort }))
  else screen.line(`${tallies.text}\n${survived} of ${tried} points survived; ${effortText(effort)}`)
  return tried - survived

  function points(choice: Choice): AsyncIterable<Tried> {
    return workers > 1 ? crashPointsInThreads(choice, workers) : crashPoints(replay, choice)
  }

  function tellCourse(course: Course, recorded: Played): void {
    const calls = callsOf(course, recorded)
    if (json) screen.line(JSON.stringify({ course: course.name, calls: Object.fromEntries(calls) }))
    else screen.line(`${course.name}: ${[...calls].map(([name, count]) => `${count} ${name}`).join(', ')}`)
  }

  function tellBroken(broken: Played): void {
    const { scenario, violation, story } = broken
    const again = 'windlass simulate --points'
    screen.line(json ? JSON.stringify({ violation, scenario, story }) : storyText(scenario.seed, broken, again))
  }
}

/** Those of that kind, or with that word in their names; all when it is undefined. */
function coursesOf(word: string | undefined): readonly Course[] {
  return courses.filter(({ of, name }) => word === undefined || of === word || name.includes(word))
}
