import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { cpus, loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { parseArgs } from 'node:util'
import { sha256Of } from '@windlass/trust'
import { writeArchive } from '@windlass/trust/pack'
import pg from 'pg'
import { postmasterOf, usedBy } from './cost.ts'
import { product, registerDevices } from './devices.ts'
import { databaseOf, type Serving, serve } from './servers.ts'

/* How long an operator, and the first device, wait for a rollout to very many. */

const usage = `usage: npm run bench:rollouts [-- OPTIONS]
A rollout to all devices of a product: foretold, started, offered, listed, paused, resumed, aborted, over the API and a device's probe.
  --devices N       how many the fleet knows (default 1000000)
  --data DIR        a fleet's folder that is kept, and used again with what it has (default: a new one, removed)`

const options = {
  devices: { type: 'string', default: '1000000' },
  data: { type: 'string', default: '' },
  help: { type: 'boolean', default: false },
} as const

interface Bench {
  fleet: Serving
  postmaster: number | undefined
}

const plans = {
  'everybody at once': {},
  'three phases': {
    phases: [{ size: { percent: 1 } }, { size: { percent: 10 } }, { size: { rest: true } }],
  },
  'a speed and health': { speed: { perMinute: 1000, atOnce: 5000 }, health: {} },
} as const

async function main(devices: number, data: string): Promise<void> {
  const folder = data || (await mkdtemp(join(tmpdir(), 'bench-rollouts-')))
  const fleet = await serve('bin/windlass', ['fleet', '--data', folder, '--listen', '127.0.0.1:0'])
  const client = new pg.Client(await databaseOf(folder))
  try {
    await client.connect()
    await registerDevices(client, devices)
    const bench = { fleet, postmaster: await postmasterOf(client) }
    console.log(`${cpus().length} cores, load ${loadavg()[0]?.toFixed(1)}, Node ${process.version}, ${devices} devices`)
    console.log('rollout | step | wall ms | CPU ms')
    let version = Date.now() % 1_000_000
    for (const [name, plan] of Object.entries(plans)) await rollOut(bench, name, plan, `4.${++version}`)
  } finally {
    await client.end()
    await fleet.stop()
    if (!data) await rm(folder, { recursive: true, force: true })
  }
}

async function rollOut(bench: Bench, name: string, plan: object, version: string): Promise<void> {
  const { url } = bench.fleet
  const uid = await publish(url, version)
  const order = { package: uid, to: { product }, ...plan }
  const step = <T>(what: string, work: () => Promise<T>) => timed(bench, `${name} | ${what}`, work)
  await step('foretold', () => send(url, '/rollouts/forecast', order))
  const { id } = await step('started', () => send<{ id: number }>(url, '/rollouts', order))
  console.log(`${name} | the first offer, to a device of the first phase | ${(await firstOffer(url)).toFixed(0)} |`)
  await step('listed', () => get(url, '/rollouts'))
  await step('shown', () => get(url, `/rollouts/${id}?limit=100`))
  for (const change of ['pause', 'resume', 'abort'] as const)
    await step(change, () => send(url, `/rollouts/${id}/${change}`))
}

/** Devices ask, one after another, until one of the first phase does: how long that one waited, in ms. */
async function firstOffer(url: string): Promise<number> {
  const headers = { 'user-agent': 'updatehub/2.0 Linux', 'api-retries': '0' }
  const facts = { 'product-uid': product, version: '3.0', hardware: 'gw-mk2', 'device-attributes': { kernel: '6.6.9' } }
  for (let n = 1; n <= 10_000; n++) {
    const body = JSON.stringify({ ...facts, 'device-identity': { serial: `D${n}` } })
    const start = performance.now()
    const answer = await fetch(`${url}/upgrades`, { method: 'POST', headers, body })
    if ((await answer.text()) !== '' && answer.ok) return performance.now() - start
  }
  throw new Error('expected one of 10000 devices to be offered the package, none was')
}

async function timed<T>({ fleet, postmaster }: Bench, what: string, work: () => Promise<T>): Promise<T> {
  const before = usedBy(fleet.pid, postmaster)
  const start = performance.now()
  const came = await work()
  const took = performance.now() - start
  const after = usedBy(fleet.pid, postmaster)
  const cpu = after.server - before.server + after.database - before.database
  console.log(`${what} | ${took.toFixed(0)} | ${(cpu * 1000).toFixed(0)}`)
  return came
}

async function publish(url: string, version: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'bench-package-'))
  try {
    const content = Buffer.from('1234567890')
    const [payload, archive] = [join(folder, 'payload'), join(folder, 'package.uhupkg')]
    await writeFile(payload, content)
    const [sha256sum, size] = [sha256Of(content), content.length]
    const object = {
      filename: 'hello.bin',
      'force-check-requirements-fail': false,
      mode: 'test',
      sha256sum,
      size,
      target: '/dev/null',
    }
    const metadata = JSON.stringify({ objects: [[object], [object]], product, 'supported-hardware': 'any', version })
    await writeArchive(archive, { metadata, signature: '', objects: [{ sha256sum, size, path: payload }] })
    const headers = { 'content-type': 'application/octet-stream' }
    await answered(await fetch(`${url}/api/v1/packages`, { method: 'POST', headers, body: await readFile(archive) }))
    return sha256Of(metadata)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function send<T>(url: string, path: string, body?: object): Promise<T> {
  const headers = { ...(body && { 'content-type': 'application/json' }) }
  const request = { method: 'POST', headers, ...(body && { body: JSON.stringify(body) }) }
  return answered(await fetch(`${url}/api/v1${path}`, request))
}

async function get(url: string, path: string): Promise<unknown> {
  return answered(await fetch(`${url}/api/v1${path}`))
}

async function answered<T>(answer: Response): Promise<T> {
  const text = await answer.text()
  if (!answer.ok) throw new Error(`expected an answer, got ${answer.status}: ${text}`)
  return JSON.parse(text) as T
}

const { values } = parseArgs({ options })
if (values.help) console.log(usage)
else await main(Number(values.devices), values.data)
