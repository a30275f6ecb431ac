import { mkdtemp, rm } from 'node:fs/promises'
import { cpus, loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { parseArgs } from 'node:util'
import pg from 'pg'
import { databaseOf, serve } from './servers.ts'

/*
 * How long an operator waits for lists, searches and counts of devices, over the API of a fleet that knows many: one who sees all,
 * one who has a role over a group of every twentieth, and one over a list of a hundred.
 */

const usage = `usage: node bench/fleet/lists.ts [OPTIONS]
  --devices N       how many devices the fleet knows (default 1000000)
  --data DIR        a fleet's folder that is kept, and used again with what it has (default: a new one, removed)
  --times N         how often each is asked for (default 40)`

const options = {
  devices: { type: 'string', default: '1000000' },
  data: { type: 'string', default: '' },
  times: { type: 'string', default: '40' },
  help: { type: 'boolean', default: false },
} as const

const product = '3f1c0e5b8a7d46922f1c0e5b8a7d46922f1c0e5b8a7d46922f1c0e5b8a7d4692'
const other = 'f'.repeat(64)

/** Devices as agents would have made them: two products, five versions, two hardwares, few that failed, some labels. */
const generate = `
  insert into devices (id, product, version, hardware, identity, attributes, labels, status, first_seen, last_seen)
  select encode(sha256(convert_to(identity, 'utf8')), 'hex'), case when n % 10 = 0 then $3 else $2 end,
    '3.' || n % 5 || '.0', case when n % 3 = 0 then 'gw-mk3' else 'gw-mk2' end, identity::json,
    json_build_object('kernel', '6.6.' || n % 40, 'iface', json_build_array('eth0', 'wlan' || n % 2)),
    case when n % 4 = 0 then jsonb_build_object('site', 'site-' || n % 2000, 'ring', (n % 10)::text) else '{}' end,
    case when n % 1000 = 0 then 'error' when n % 50 = 0 then 'updated' else 'idle' end, now(), now()
  from (select n, '{"serial":"SN-' || lpad((n::bigint * 7919 % 10000000)::text, 8, '0') || '"}' as identity
        from generate_series($4::int, $1::int) n) d
  on conflict do nothing`

type Ask = (time: number) => string
const cases: Readonly<Record<string, Ask>> = {
  'first 100': () => '/devices',
  '100 from anywhere': (n) =>
    `/devices?cursor=${((n * 2654435761) >>> 0).toString(16).padStart(8, '0').padEnd(64, '0')}`,
  'a serial number': (n) => `/devices?search=SN-${String((n * 1000 * 7919) % 10000000).padStart(8, '0')}`,
  'a piece of one': (n) =>
    `/devices?search=${String((n * 1000 * 7919) % 10000000)
      .padStart(8, '0')
      .slice(2)}`,
  'two characters': () => '/devices?search=SN',
  'what is nowhere': (n) => `/devices?search=nowhere${n}`,
  'an id': (n) => `/devices?search=${((n * 2654435761) >>> 0).toString(16).padStart(8, '0').slice(0, 6)}`,
  'status = error': () => '/devices?query=status%20%3D%20error',
  'version < 3.1': () => '/devices?query=version%20%3C%203.1',
  'two versions, not idle': () =>
    `/devices?query=${encodeURIComponent('version in (3.1.0, 3.2.0) and status != idle')}`,
  'one label': (n) => `/devices?query=${encodeURIComponent(`label.site = site-${(n * 4) % 2000}`)}`,
  'label, hardware, version': (n) =>
    `/devices?query=${encodeURIComponent(`label.ring = ${(n * 4) % 10} and hardware = gw-mk3 and version >= 3.2`)}`,
  'an attribute': (n) => `/devices?query=${encodeURIComponent(`attribute.kernel = 6.6.${n % 40}`)}`,
  'identity like': (n) => `/devices?query=${encodeURIComponent(`identity.serial ~ SN-0${n % 10}*`)}`,
  'of a group': () => '/devices?group=bench',
  'counts of all': () => '/devices/counts',
  'how many in a group': () => '/groups/bench',
}

async function main(devices: number, times: number, data: string): Promise<void> {
  const folder = data || (await mkdtemp(join(tmpdir(), 'bench-lists-')))
  const fleet = await serve('bin/windlass', ['fleet', '--data', folder, '--listen', '127.0.0.1:0'])
  const client = new pg.Client(await databaseOf(folder))
  try {
    await client.connect()
    const took = await generated(client, devices)
    console.log(`${cpus().length} cores, load ${loadavg()[0]?.toFixed(1)}, Node ${process.version}`)
    console.log(`${devices} devices, made in ${took.toFixed(0)} s`)
    await send(`${fleet.url}/api/v1/groups`, { name: 'bench', query: 'label.ring = 4 and not version < 3.1' })
    await send(`${fleet.url}/api/v1/groups`, { name: 'seen', query: 'label.ring = 4' })
    const { rows } = await client.query<{ id: string }>('select id from devices order by id desc limit 100')
    await send(`${fleet.url}/api/v1/groups`, { name: 'listed', devices: rows.map(({ id }) => id) })
    const seers = [{}, await seerOf(fleet.url, 'seen'), await seerOf(fleet.url, 'listed')]
    console.log('asked for | all: p50 ms | p95 ms | worst ms | a group: p50 ms | … | a list: p50 ms | …')
    for (const [what, ask] of Object.entries(cases)) {
      // Whoever sees one group knows of no other.
      const some = what.includes('group') ? seers.slice(0, 1) : seers
      const took: string[] = []
      for (const headers of some) took.push(await measured(fleet.url, ask, times, headers))
      console.log([what, ...took].join(' | '))
    }
  } finally {
    await client.end()
    await fleet.stop()
    if (!data) await rm(folder, { recursive: true, force: true })
  }
}

async function generated(client: pg.Client, devices: number): Promise<number> {
  const { rows } = await client.query<{ n: string }>('select count(*) n from devices')
  const start = performance.now()
  const piece = 50_000
  for (let from = 1 + Number(rows[0]?.n); from <= devices; from += piece)
    await client.query(generate, [Math.min(devices, from + piece - 1), product, other, from])
  await client.query('vacuum analyze')
  return (performance.now() - start) / 1000
}

async function send(url: string, body: object): Promise<void> {
  const headers = { 'content-type': 'application/json' }
  const answer = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) })
  if (!answer.ok && answer.status !== 409) throw new Error(`expected 201, got ${answer.status}: ${await answer.text()}`)
}

/** As whom one asks who may read one group. */
async function seerOf(base: string, group: string): Promise<Record<string, string>> {
  const body = JSON.stringify({ name: group, grants: [{ role: 'viewer', group }] })
  const headers = { 'content-type': 'application/json' }
  const answer = await fetch(`${base}/api/v1/tokens`, { method: 'POST', headers, body })
  const { token } = (await answer.json()) as { token: string }
  return { authorization: `Bearer ${token}` }
}

async function measured(
  base: string,
  ask: Ask,
  times: number,
  headers: Readonly<Record<string, string>>,
): Promise<string> {
  const took: number[] = []
  for (let time = 0; time < times; time++) {
    const start = performance.now()
    const answer = await fetch(`${base}/api/v1${ask(time)}`, { headers })
    if (!answer.ok) throw new Error(`expected 200, got ${answer.status}: ${await answer.text()}`)
    await answer.arrayBuffer()
    took.push(performance.now() - start)
  }
  took.sort((x, y) => x - y)
  const at = (part: number) => (took[Math.min(took.length - 1, Math.floor(took.length * part))] ?? NaN).toFixed(0)
  return `${at(0.5)} | ${at(0.95)} | ${at(1)}`
}

const { values } = parseArgs({ options })
if (values.help) console.log(usage)
else await main(Number(values.devices), Number(values.times), values.data)
