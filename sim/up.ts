import { once } from 'node:events'
import { relative } from 'node:path'
import { nodeFiles, nodeProcesses, systemClock } from '@windlass/platform'
import { claim } from './children/claim.ts'
import { frontDoor } from './children/front-door.ts'
import { type Household, openHousehold } from './children/household.ts'
import { endOnSignals, Interrupted } from './children/signals.ts'
import { DemoError } from './demo-error.ts'
import { News } from './news.ts'
import type { Options } from './options.ts'
import { line } from './screen/line.ts'
import { Narrator } from './screen/narrator.ts'
import { nextSteps } from './screen/next-steps.ts'
import type { Screen } from './screen/screen.ts'
import { type Summary, summary } from './screen/summary.ts'
import { type Stage, type StagePorts, setStage } from './stage.ts'
import { fallsBack } from './stories/falls-back.ts'
import { makePackage, packageFile } from './stories/package.ts'
import { play } from './stories/story.ts'
import { tampered } from './stories/tampered.ts'
import { unitArrives, unitComesBack } from './stories/unit.ts'
import { update } from './stories/update.ts'
import { startUnit } from './unit/start-unit.ts'
import { unitLayout } from './unit/unit-layout.ts'
import { Witness } from './witness.ts'

const interruptedCode = 130

/** Everything on this machine, then the stories. Resolves to the exit code when nothing of it runs any more. */
export async function up(options: Options, screen: Screen): Promise<number> {
  const clock = systemClock
  const quit = new AbortController()
  let household: Household | undefined
  const unheed = endOnSignals(quit, async () => household?.killAll())
  screen.heading('Windlass: a fleet server, a device with two slots and a unit of two nodes, on this machine')
  try {
    const { place, stopped } = await claim(options.data, clock)
    for (const name of stopped)
      screen.line(line('demo', `stopped the ${name} that an earlier demo left running`, 'odd'))
    screen.line(line('demo', `begins anew; everything is kept in ${shown(place.root)}`))
    household = await openHousehold(place.record, place.fleet, clock)
    const news = new News(clock, quit.signal)
    const processes = nodeProcesses(clock)
    return await run(options, { place, household, screen, news, clock, processes, files: nodeFiles, quit })
  } finally {
    unheed()
  }
}

async function run(options: Options, p: StagePorts): Promise<number> {
  const witness = new Witness(p.clock)
  narrate(p, witness)
  try {
    const stage = await setStage(p)
    await tellStories(stage, witness, p)
    if (!options.once) await stayUp(stage, p)
    return 0
  } catch (error) {
    const why: unknown = p.quit.signal.aborted ? p.quit.signal.reason : error
    if (why instanceof Interrupted) return interruptedCode
    throw withLogs(why, shown(p.place.logs.folder))
  } finally {
    if (p.quit.signal.aborted) p.screen.line(line('demo', 'ends everything in order; Ctrl-C once more kills it'))
    p.quit.abort(new Interrupted('the demo is over'))
    await p.household.close()
    p.screen.line(line('demo', `device, fleet and database are down; their files stay in ${shown(p.place.root)}`))
  }
}

function narrate({ news, screen, clock }: StagePorts, witness: Witness): void {
  const narrator = new Narrator(() => clock.uptime())
  news.watch((happening) => {
    witness.see(happening)
    if (happening.kind === 'progress') screen.progress('device', happening.progress)
    for (const said of narrator.lines(happening)) screen.line(said)
  })
}

async function tellStories({ scene, packages }: Stage, witness: Witness, p: StagePorts): Promise<void> {
  const { old, fresh } = packages
  const unit = unitLayout(p.place.root, p.place.logs.folder)
  await startUnit(unit, scene, scene.fleetUrl, p)
  const stories = [update(old, fresh), tampered, fallsBack, unitArrives(unit), unitComesBack(unit)]
  const told = await play(stories, scene)
  const { logs } = p.place
  const { version } = (await scene.agent.info()).firmware
  const all: Summary = {
    ms: Math.round(p.clock.uptime()),
    firstConfirmedMs: Math.round(witness.firstConfirmedMs ?? Number.NaN),
    told,
    device: { version, slot: witness.slot, boots: witness.boots },
    kept: {
      'log of the fleet': shown(logs.fleet),
      'log of the device': shown(logs.agent),
      'log of the database': shown(logs.database),
      packages: shown(p.place.packages),
    },
  }
  p.screen.page(summary(all), { ok: true, ...all })
}

/** Until Ctrl-C, with something to try. @throws the reason, when it ends for another */
async function stayUp({ scene, ports }: Stage, p: StagePorts): Promise<void> {
  const next = await makePackage('2.2', { uplink: true }, scene, async () => {})
  const surroundings = {
    windlass: shown(frontDoor),
    ports,
    privateKey: shown(p.place.keys.private),
    next: { ...next, file: shown(next.file), description: shown(next.description) },
    direct: { version: '2.1', file: shown(packageFile(p.place, '2.1')) },
  }
  p.screen.page(nextSteps(surroundings), surroundings)
  if (!p.quit.signal.aborted) await once(p.quit.signal, 'abort')
  if (!(p.quit.signal.reason instanceof Interrupted)) throw p.quit.signal.reason
}

/** A path as one would type it here. */
function shown(path: string): string {
  const short = relative(process.cwd(), path)
  return short.length < path.length ? short || '.' : path
}

function withLogs(why: unknown, logs: string): DemoError {
  const { code, message } = why instanceof DemoError ? why : { code: 'story_failed' as const, message: String(why) }
  return new DemoError(code, `${message}\n  The logs are in ${logs}`, { cause: why })
}
