import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { cpus, loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs, promisify } from 'node:util'
import pg from 'pg'
import { memoryOf } from '../install/proc.ts'
import { spreadOf } from '../install/statistics.ts'
import { databaseOf, type Serving, serve } from './servers.ts'

/* How many probes a fleet answers, beside a route that only writes down who asked. */

const usage = `usage: npm run bench:fleet [-- OPTIONS]
Devices that are known and up to date probe a fleet with the PostgreSQL it brings, by \`windlass simulate fleet\`, in turn with a
bare fastify route that does one upsert in the same PostgreSQL.
  --database URL    an empty database of a PostgreSQL outside, instead
  --devices N,N     how many are known (default 1000,10000,100000)
  --seconds N       length of one measurement (default 5)
  --times N         measurements of each; the median counts (default 3)
  --connections N   (default 32)`

const options = {
  database: { type: 'string' },
  devices: { type: 'string', default: '1000,10000,100000' },
  seconds: { type: 'string', default: '5' },
  times: { type: 'string', default: '3' },
  connections: { type: 'string', default: '32' },
  help: { type: 'boolean', default: false },
} as const
/** As `windlass simulate fleet --json` says it. */
interface Load {
  perSecond: number
  p50Ms: number
  p99Ms: number
}
type Options = ReturnType<typeof parseArgs<{ options: typeof options }>>['values']

const product = '3f1c0e5b8a7d46922f1c0e5b8a7d46922f1c0e5b8a7d46922f1c0e5b8a7d4692'

async function main(given: Options): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'bench-fleet-'))
  const outside = given.database === undefined ? [] : ['--database', given.database]
  const fleet = await serve('bin/windlass', ['fleet', '--data', folder, '--listen', '127.0.0.1:0', ...outside])
  const database = given.database ?? (await databaseOf(folder))
  const client = new pg.Client(database)
  await client.connect()
  await client.query('create table bare (id text primary key, body json not null, seen timestamptz not null)')
  const bare = await serve('bench/fleet/bare.ts', [database])
  try {
    console.log(`${cpus().length} cores, load ${loadavg()[0]?.toFixed(1)}, Node ${process.version}`)
    console.log('devices | probes/s | p50 ms | p99 ms | RSS MB | bare/s | p50 ms | p99 ms | x bare | x p99')
    for (const devices of given.devices.split(',').map(Number)) {
      await known(client, devices)
      await measure(devices, fleet, bare, given)
    }
  } finally {
    await client.end()
    await bare.stop()
    await fleet.stop()
    await rm(folder, { recursive: true, force: true })
  }
}

/** Registers devices as the fleet would, up to so many. */
async function known(client: pg.Client, devices: number): Promise<void> {
  await client.query(
    `insert into devices (id, product, version, hardware, identity, attributes, status, first_seen, last_seen)
     select encode(sha256(convert_to(identity, 'utf8')), 'hex'), $2, '3.0', 'gw-mk2', identity::json,
       '{"kernel":"6.6.9"}', 'idle', now(), now()
     from (select '{"serial":"D' || n || '"}' as identity from generate_series(1, $1::int) n) d
     on conflict do nothing`,
    [devices, product],
  )
  await client.query(
    `insert into bare select 'D' || n, '{}', now() from generate_series(1, $1::int) n on conflict do nothing`,
    [devices],
  )
  await client.query('vacuum analyze')
}

async function measure(devices: number, fleet: Serving, bare: Serving, given: Options): Promise<void> {
  const ours: Load[] = []
  const theirs: Load[] = []
  for (let time = 0; time < Number(given.times); time++) {
    ours.push(await loaded(fleet.url, devices, given))
    theirs.push(await loaded(bare.url, devices, given))
  }
  const [we, they] = [medianOf(ours), medianOf(theirs)]
  const rss = (memoryOf(fleet.pid)?.rss ?? NaN) / 1e6
  const times = ({ perSecond, p50Ms, p99Ms }: Load) =>
    `${perSecond.toFixed(0)} | ${p50Ms.toFixed(1)} | ${p99Ms.toFixed(1)}`
  const ratios = [we.perSecond / they.perSecond, we.p99Ms / they.p99Ms].map((ratio) => ratio.toFixed(2))
  const row = [devices, times(we), rss.toFixed(0), times(they), ...ratios]
  console.log(row.join(' | '))
}

async function loaded(url: string, devices: number, { seconds, connections }: Options): Promise<Load> {
  const door = join(import.meta.dirname, '../../bin/windlass')
  const load = ['--url', url, '--devices', String(devices), '--seconds', seconds, '--connections', connections]
  const args = [door, 'simulate', 'fleet', ...load, '--product', product, '--version', '3.0', '--json']
  const { stdout } = await promisify(execFile)(process.execPath, args)
  return JSON.parse(stdout) as Load
}

function medianOf(loads: readonly Load[]): Load {
  const of = (pick: (load: Load) => number): number => spreadOf(loads.map(pick)).median
  return { perSecond: of((load) => load.perSecond), p50Ms: of((load) => load.p50Ms), p99Ms: of((load) => load.p99Ms) }
}

const { values } = parseArgs({ options })
if (values.help) console.log(usage)
else await main(values)
