import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { cpus, loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs, promisify } from 'node:util'
import pg from 'pg'
import { memoryOf } from '../install/proc.ts'
import { spreadOf } from '../install/statistics.ts'
import { costOf, postmasterOf, type Used, usedBy } from './cost.ts'
import { product, registerDevices } from './devices.ts'
import { databaseOf, type Serving, serve } from './servers.ts'

/* How many probes a fleet answers, beside a route that only writes down who asked. */

const usage = `usage: npm run bench:fleet [-- OPTIONS]
Devices that are known and up to date probe a fleet with the PostgreSQL it brings, by \`windlass simulate fleet\`, in turn with a
bare fastify route that does one upsert in the same PostgreSQL.
  --database URL    an empty database of a PostgreSQL outside, instead
  --data DIR        a fleet's folder that is kept, and used again with what it has (default: a new one, removed)
  --devices N,N     how many are known (default 1000,10000,100000)
  --seconds N       length of one measurement (default 5)
  --times N         measurements of each; the median counts (default 3)
  --connections N   (default 32)`

const options = {
  database: { type: 'string' },
  data: { type: 'string', default: '' },
  devices: { type: 'string', default: '1000,10000,100000' },
  seconds: { type: 'string', default: '5' },
  times: { type: 'string', default: '3' },
  connections: { type: 'string', default: '32' },
  help: { type: 'boolean', default: false },
} as const
/** As `windlass simulate fleet --json` says it, and what a probe cost. */
interface Load {
  probes: number
  perSecond: number
  p50Ms: number
  p99Ms: number
  /** Microseconds of processor time. */
  cost: Used
}
type Options = ReturnType<typeof parseArgs<{ options: typeof options }>>['values']

async function main(given: Options): Promise<void> {
  const folder = given.data || (await mkdtemp(join(tmpdir(), 'bench-fleet-')))
  const outside = given.database === undefined ? [] : ['--database', given.database]
  const fleet = await serve('bin/windlass', ['fleet', '--data', folder, '--listen', '127.0.0.1:0', ...outside])
  const database = given.database ?? (await databaseOf(folder))
  const client = new pg.Client(database)
  await client.connect()
  await client.query(
    'create table if not exists bare (id text primary key, body json not null, seen timestamptz not null)',
  )
  const bare = await serve('bench/fleet/bare.ts', [database])
  try {
    console.log(`${cpus().length} cores, load ${loadavg()[0]?.toFixed(1)}, Node ${process.version}`)
    console.log('devices | asked | probes/s | p50 ms | p99 ms | server us | PostgreSQL us | load us | RSS MB')
    const postmaster = await postmasterOf(client)
    for (const devices of given.devices.split(',').map(Number)) {
      await registerDevices(client, devices)
      await bareDevices(client, devices)
      await measure(devices, { fleet, bare, postmaster }, given)
    }
  } finally {
    await client.end()
    await bare.stop()
    await fleet.stop()
    if (!given.data) await rm(folder, { recursive: true, force: true })
  }
}

/** What the bare route writes to. */
async function bareDevices(client: pg.Client, devices: number): Promise<void> {
  await client.query(
    `insert into bare select 'D' || n, '{}', now() from generate_series(1, $1::int) n on conflict do nothing`,
    [devices],
  )
  await client.query('vacuum analyze bare')
}

interface Asked {
  fleet: Serving
  bare: Serving
  postmaster: number | undefined
}

async function measure(devices: number, { fleet, bare, postmaster }: Asked, given: Options): Promise<void> {
  const ours: Load[] = []
  const theirs: Load[] = []
  for (let time = 0; time < Number(given.times); time++) {
    ours.push(await loaded(fleet, postmaster, devices, given))
    theirs.push(await loaded(bare, postmaster, devices, given))
  }
  print(devices, 'fleet', medianOf(ours), fleet)
  print(devices, 'bare', medianOf(theirs), bare)
}

function print(devices: number, name: string, { perSecond, p50Ms, p99Ms, cost }: Load, { pid }: Serving): void {
  const rss = (memoryOf(pid)?.rss ?? NaN) / 1e6
  const costs = [cost.server, cost.database, cost.load, rss]
  const row = [perSecond.toFixed(0), p50Ms.toFixed(1), p99Ms.toFixed(1), ...costs.map((one) => one.toFixed(0))]
  console.log([devices, name, ...row].join(' | '))
}

async function loaded(
  { url, pid }: Serving,
  postmaster: number | undefined,
  devices: number,
  { seconds, connections }: Options,
): Promise<Load> {
  const door = join(import.meta.dirname, '../../bin/windlass')
  const load = ['--url', url, '--devices', String(devices), '--seconds', seconds, '--connections', connections]
  const args = [door, 'simulate', 'fleet', ...load, '--product', product, '--version', '3.0', '--json']
  const before = usedBy(pid, postmaster)
  const { stdout } = await promisify(execFile)(process.execPath, args)
  const came = JSON.parse(stdout) as Omit<Load, 'cost'>
  return { ...came, cost: costOf(before, usedBy(pid, postmaster), came.probes) }
}

function medianOf(loads: readonly Load[]): Load {
  const of = (pick: (load: Load) => number): number => spreadOf(loads.map(pick)).median
  return {
    probes: of((load) => load.probes),
    perSecond: of((load) => load.perSecond),
    p50Ms: of((load) => load.p50Ms),
    p99Ms: of((load) => load.p99Ms),
    cost: {
      server: of(({ cost }) => cost.server),
      database: of(({ cost }) => cost.database),
      load: of(({ cost }) => cost.load),
    },
  }
}

const { values } = parseArgs({ options })
if (values.help) console.log(usage)
else await main(values)
