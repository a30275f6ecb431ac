import { mkdtemp } from 'node:fs/promises'
import { loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { nodeProcesses, systemClock } from '@windlass/platform'
import {
  addServiceItem,
  type ProgramName,
  places,
  programs,
  removeAll,
  runsOf,
  serviceImage,
  shellLayer,
  ThreeNodes,
  unitId,
} from '@windlass/sim/unit'
import { memoryOf } from '../install/proc.ts'
import { startBare } from './bare.ts'
import { keepRuns, startSame } from './same.ts'

const usage = `usage: npm run bench:unit [-- --rounds N]
As root. Brings a unit from nothing to 50 services on two nodes, N times (default 3); their images are there already.
  told   from the desired state's arrival until every node was told what to run
  all    until all instances are active; the time that they have to stay so is not in it
  same   the same containers by a shell and the runtime, one after another: their network, layers and settings, and nobody who looks after them
  bare   containers without network, layers and settings of ours, by the runtime alone, one after another
  MB     resident and anonymous memory of each process at the end`

const runtime = 'runc'
const count = 50
const labels = Object.keys(places)

interface Round {
  told: number
  all: number
  same: number
  bare: number
}

async function main(): Promise<void> {
  if (process.argv.includes('--help')) return console.log(usage)
  const rounds = Number(process.argv[process.argv.indexOf('--rounds') + 1]) || 3
  const root = await mkdtemp(join(tmpdir(), 'windlass-bench-unit-'))
  const unit = await ThreeNodes.start(root, { runtime })
  try {
    const releases = await makeReleases(unit)
    await bring(unit, releases.all)
    const kept = await keepRuns(
      Object.values(places).map((node) => runsOf(root, node, runtime)),
      join(root, 'same'),
    )
    const measured: Round[] = []
    for (let n = 0; n < rounds; n += 1) {
      await bring(unit, releases.none)
      const bare = await startBare(await mkdtemp(join(root, 'bare-')), runtime, count)
      const same = await startSame(runtime, kept, join(root, 'same-state'))
      measured.push({ ...(await bring(unit, releases.all)), same, bare })
      console.log(row(measured.at(-1)))
    }
    console.log(`median  ${row(medianOf(measured))}`)
    for (const program of Object.keys(programs) as ProgramName[]) console.log(memory(program, unit.pid(program)))
    console.log(`load ${loadavg()[0]?.toFixed(1)}`)
    await bring(unit, releases.none)
  } finally {
    await unit.close()
    await removeAll(root, nodeProcesses(systemClock))
  }
}

/** Items of 50 services; a release in which all of them run, and one in which none does. */
async function makeReleases({ fleet }: ThreeNodes): Promise<{ all: number; none: number }> {
  const shell = await shellLayer()
  const ids = Array.from({ length: count }, (_, i) => `service-${i}`)
  for (const id of ids) {
    const image = serviceImage({ script: `# ${id}\nwhile :; do sleep 5; done` }, shell)
    await addServiceItem(fleet, id, '1.0.0', image)
  }
  const items = ids.map((itemId) => ({ itemId, version: '1.0.0' }))
  const instances = ids.map((itemId, i) => ({ itemId, labels: [labels[i % labels.length] ?? ''] }))
  const nodes = Object.entries(places).map(([label, node]) => ({
    node: { codename: node },
    nodeGroupSubject: { codename: node },
    labels: [label],
    priority: 0,
  }))
  const unitConfig = { version: '1.0.0', formatVersion: '7', nodes }
  const all = await fleet.addRelease({ name: 'all', items, instances, unitConfig })
  const none = await fleet.addRelease({ name: 'none', items, instances: [], unitConfig })
  return { all: all.id, none: none.id }
}

/** Orders a release and waits for its end. By the times in the unit's log. */
async function bring(unit: ThreeNodes, release: number): Promise<Pick<Round, 'told' | 'all'>> {
  const at = { received: 0, told: 0, all: 0, end: false }
  const stop = unit.onLine((line) => {
    const { time, text, to } = JSON.parse(line) as { time: string; text: string; to?: string }
    const ms = Date.parse(time)
    if (text === 'desired state received') at.received = ms
    if (text === 'node told what to run' && at.all === 0) at.told = ms
    if (text === 'update' && to === 'activating') at.all = ms
    if (text === 'update' && to === 'reverting') throw new Error(`expected the release to arrive, got ${line}`)
    if (text === 'update' && to === 'none') at.end = true
  })
  await unit.fleet.setRelease(unitId, release)
  await unit.until('the release to arrive', () => at.end).finally(stop)
  const { instances } = await unit.detail()
  if (instances.some(({ state }) => state !== 'active')) throw new Error('expected all instances to be active')
  return { told: at.told - at.received, all: at.all - at.received }
}

function row(round: Round | undefined): string {
  if (!round) return ''
  const { told, all, same, bare } = round
  const ms = (value: number) => value.toFixed(0).padStart(7)
  const ratios = `all / same ${(all / same).toFixed(2)}  all / bare ${(all / bare).toFixed(2)}`
  return `told ${ms(told)} ms  all ${ms(all)} ms  same ${ms(same)} ms  bare ${ms(bare)} ms  ${ratios}`
}

function medianOf(rounds: readonly Round[]): Round {
  const middle = (key: keyof Round) =>
    rounds.map((one) => one[key]).sort((a, b) => a - b)[Math.floor(rounds.length / 2)] ?? Number.NaN
  return { told: middle('told'), all: middle('all'), same: middle('same'), bare: middle('bare') }
}

function memory(program: string, pid: number): string {
  const { rss, anonymous } = memoryOf(pid) ?? { rss: Number.NaN, anonymous: Number.NaN }
  return `${program.padEnd(16)} ${(rss / 1e6).toFixed(0).padStart(5)} MB resident ${(anonymous / 1e6).toFixed(0).padStart(5)} anonymous`
}

await main()
