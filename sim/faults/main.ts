import { drawScenario } from './draw-scenario.ts'
import { type Options, readOptions, UsageError, usage } from './options.ts'
import { type Played, play } from './play.ts'
import type { Scenario } from './scenario.ts'
import { countsText, cpuMsSince, deviceDaysOf, effortText, type Screen, screenOn, storyText } from './screen.ts'
import { shrink } from './shrink.ts'
import { tryPoints } from './try-points.ts'
import { newKeyRing } from './world/key-ring.ts'

type Replay = (scenario: Scenario) => Promise<Played>

/** `windlass simulate`. Resolves to the exit code. */
export async function main(argv: string[]): Promise<number> {
  if (argv[0] === 'fleet') return (await import('../load/main.ts')).main(argv.slice(1))
  try {
    const options = readOptions(argv)
    if (options.help) {
      process.stdout.write(usage)
      return 0
    }
    if (options.fuzz) return (await fuzz(options)) === 0 ? 0 : 1
    // Errors are plenty here and nobody reads where they were thrown; without that a run takes a quarter less.
    Error.stackTraceLimit = 0
    const keys = await newKeyRing()
    const replay: Replay = (scenario) => play(scenario, keys)
    const screen = screenOn(process.stdout)
    const broken = await (options.points ? tryPoints : trySeeds)(options, replay, screen)
    return broken === 0 ? 0 : 1
  } catch (error) {
    if (!(error instanceof UsageError)) throw error
    process.stderr.write(`windlass simulate: ${error.message}\n`)
    return 64
  }
}

async function fuzz({ seed, executions, parser, json }: Options): Promise<number> {
  // Every parser that there is takes a second to load.
  const [{ fuzzAll }, { targets }] = await Promise.all([import('../fuzz/main.ts'), import('../fuzz/targets/index.ts')])
  if (parser !== undefined && !targets.some(({ name }) => name === parser))
    throw new UsageError(`--parser: expected one of ${targets.map(({ name }) => name).join(', ')}, got "${parser}"`)
  return fuzzAll({ seed, executions, only: parser, json }, screenOn(process.stdout))
}

/** Plays the seeds one after the other; the first of them twice, because a story must be the same each time. */
async function trySeeds(
  { seed: first, runs, devices, units, nodes, days, json }: Options,
  replay: Replay,
  screen: Screen,
) {
  const counts = new Map<string, number>()
  const started = process.cpuUsage()
  let deviceDays = 0
  let broken = 0
  const effort = () => ({ deviceDays, cpuMs: cpuMsSince(started) })
  for (let seed = first; seed < first + runs; seed++) {
    screen.progress(`seed ${seed}, ${seed - first} of ${runs} played, ${broken} broken, ${effortText(effort())}`)
    const scenario = drawScenario(seed, { devices, units, nodes, days })
    const played = await replay(scenario)
    deviceDays += deviceDaysOf(played)
    for (const [what, count] of played.counts) counts.set(what, (counts.get(what) ?? 0) + count)
    if (seed === first && (await replay(scenario)).digest !== played.digest) {
      broken += 1
      screen.line(json ? JSON.stringify({ seed, repeats: false }) : `seed ${seed}: played twice, it went differently`)
    }
    if (json)
      screen.line(JSON.stringify({ seed, digest: played.digest, events: played.events, violation: played.violation }))
    if (!played.violation) continue
    broken += 1
    const size = `--devices ${devices} --units ${units} --nodes ${nodes} --days ${days}`
    await tell(seed, played, `windlass simulate --seed ${seed} --runs 1 ${size}`)
  }
  if (json) screen.line(JSON.stringify({ runs, broken, ...effort(), counts: Object.fromEntries(counts) }))
  else screen.line(`${countsText(counts)}\n${runs} seeds from ${first} on, ${broken} broken; ${effortText(effort())}`)
  return broken

  async function tell(seed: number, played: Played, again: string): Promise<void> {
    screen.progress(`seed ${seed} broke an invariant, looking for a shorter story`)
    const shorter = await shrink(played, replay)
    const { scenario, violation, story } = shorter
    screen.line(json ? JSON.stringify({ seed, violation, scenario, story }) : storyText(seed, shorter, again))
  }
}
