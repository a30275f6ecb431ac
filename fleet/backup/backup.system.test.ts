import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createReadStream, existsSync } from 'node:fs'
import { chmod, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createLog, systemClock as realClock } from '@windlass/platform'
import { operatorClient } from '@windlass/wire/operator'
import pg from 'pg'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { deviceBody, testPackage } from '../adapters/http/test-fleet.ts'
import { enrolled, published } from '../adapters/http/test-unit.ts'
import { visitDatabase } from '../adapters/postgres/database.ts'
import { defaultSettings } from '../settings.ts'
import { type Fleet, startFleet } from '../start-fleet.ts'
import { product } from '../store/samples.ts'

const run = `import { main } from ${JSON.stringify(join(import.meta.dirname, '../main.ts'))}
process.exitCode = await main(process.argv.slice(1))`
const program = (...args: string[]) => {
  const all = ['--input-type=module', '-e', run, '--', ...args]
  const child = spawn(process.execPath, all, { stdio: ['ignore', 'pipe', 'pipe'] })
  const said: string[] = []
  child.stderr.on('data', (text) => said.push(String(text)))
  child.stdout.resume()
  return { child, exit: once(child, 'exit').then(([code]) => ({ code: code as number | null, said: said.join('') })) }
}
const started = (data: string) =>
  startFleet({ ...defaultSettings, data, listen: { host: '127.0.0.1', port: 0 } }, { log: createLog([], Date.now) })

let folder: string
let home: string
let fleet: Fleet
let uid: string
let file: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'windlass-backup-'))
  await chmod(folder, 0o755)
  home = join(folder, 'home')
  file = join(folder, 'fleet.backup')
  fleet = await started(home)
})
afterAll(async () => {
  await fleet.stop()
  await rm(folder, { recursive: true, force: true })
})

/** Something of every kind. */
async function filled(): Promise<void> {
  const client = operatorClient({ url: fleet.url })
  const made = await testPackage('3.1', { content: 'x'.repeat(2_000_000) })
  uid = (await client.uploadPackage({ body: createReadStream(made.path) })).uid
  for (const serial of ['A1', 'B2', 'tab\tnew\nline\\ü'])
    await fetch(`${fleet.url}/upgrades`, { method: 'POST', body: JSON.stringify(deviceBody(serial, '3.0')) })
  await client.startRollout({ package: uid, to: { product } })
  await enrolled({ url: fleet.url, client })
  await published(client, '1.0.0')
}

/** All that is in the tables, as text. */
async function truthOf(data: string): Promise<Record<string, string[]>> {
  const visit = await visitDatabase({ kind: 'embedded' }, data, { clock: realClock, log: createLog([], Date.now) })
  const client = new pg.Client(visit.url)
  await client.connect()
  try {
    const list = `select tablename as name from pg_tables where schemaname = 'public' order by 1`
    const { rows } = await client.query<{ name: string }>(list)
    const truth: Record<string, string[]> = {}
    for (const { name } of rows) {
      if (['processes', 'unit_lines', 'kysely_migration', 'kysely_migration_lock'].includes(name)) continue
      const content = await client.query<{ row: string }>(`select t::text as row from ${name} t order by 1`)
      truth[name] = content.rows.map(({ row }) => row)
    }
    return truth
  } finally {
    await client.end()
    await visit.stop()
  }
}

const bytesIn = async (data: string) => {
  const files = await readdir(data, { recursive: true, withFileTypes: true })
  const kept = files.filter((f) => f.isFile() && /\/(kept|sha256)(\/|$)/.test(f.parentPath))
  const pairs = kept.map(async (f) => {
    const path = join(f.parentPath, f.name)
    return [path.slice(data.length), (await readFile(path)).toString('base64')] as const
  })
  return Object.fromEntries(await Promise.all(pairs))
}

it('is made while the fleet runs, and brings all of it back into an empty folder', async () => {
  await filled()
  expect(await program('backup', '--out', file, '--data', home).exit).toEqual({ code: 0, said: '' })
  const there = join(folder, 'there')
  expect(await program('restore', file, '--data', there).exit).toEqual({ code: 0, said: '' })
  expect(await truthOf(there)).toEqual(await truthOf(home))
  expect(await bytesIn(there)).toEqual(await bytesIn(home))
  expect(Object.keys(await bytesIn(there)).length).toBeGreaterThan(4)

  const copy = await started(there)
  const client = operatorClient({ url: copy.url })
  expect((await client.rollout(1)).counts.pending).toBe(3)
  expect((await client.startRollout({ package: uid, to: { product } })).id).toBe(2)
  await copy.stop()
})

it('is refused over a fleet that is there, at work or not, and over one in a database outside', async () => {
  const over = await program('restore', file, '--data', home).exit
  expect([over.code, over.said]).toEqual([73, expect.stringContaining('expected no database')])
  const visit = await visitDatabase({ kind: 'embedded' }, home, { clock: realClock, log: createLog([], Date.now) })
  const outside = await program('restore', file, '--data', join(folder, 'x'), '--database', visit.url).exit
  expect([outside.code, outside.said]).toEqual([73, expect.stringContaining('expected a database without a fleet')])
})

it('says what is wrong with a file that is not whole, and leaves no fleet', async () => {
  const bytes = await readFile(file)
  const bad = join(folder, 'bad')
  const place = join(folder, 'bad-place')
  const flipped = Buffer.from(bytes)
  const inARow = flipped.indexOf('gw-mk2')
  flipped[inARow] = (flipped[inARow] ?? 0) ^ 1
  for (const content of [
    bytes.subarray(0, bytes.length / 2),
    flipped,
    Buffer.alloc(0),
    Buffer.from('no tar'.repeat(200)),
  ]) {
    await writeFile(bad, content)
    const { code } = await program('restore', bad, '--data', place).exit
    expect(code).toBe(74)
    expect(await readdir(place)).not.toContain('database')
  }
  expect((await program('restore', join(folder, 'nowhere'), '--data', place).exit).code).toBe(74)
  expect((await program('backup', '--data', home).exit).code).toBe(78)
  expect((await program('backup', '--out', join(folder, 'no', 'folder'), '--data', home).exit).code).toBe(74)
  expect((await program('backup', '--out', bad, '--data', join(folder, 'nobody')).exit).code).toBe(73)
}, 300_000)

const keptIn = (data: string) => join(data, 'packages/kept', uid)
const givenIn = (data: string) => join(data, 'fleet-id')

it('that was killed at any moment has restored nothing, and can be done again', async () => {
  const place = join(folder, 'killed')
  const draft = join(place, 'database.restoring')
  for (const sign of [
    draft,
    join(draft, 'cluster'),
    join(draft, 'cluster/postmaster.pid'),
    keptIn(place),
    givenIn(place),
  ]) {
    const { child, exit } = program('restore', file, '--data', place)
    while (child.exitCode === null && !existsSync(sign)) await new Promise((resolve) => setTimeout(resolve, 5))
    child.kill('SIGKILL')
    expect((await exit).code).toBe(null)
    expect(await readdir(place)).not.toContain('database')
  }
  expect((await program('restore', file, '--data', place).exit).code).toBe(0)
  expect(await truthOf(place)).toEqual(await truthOf(home))
  expect(await bytesIn(place)).toEqual(await bytesIn(home))
}, 300_000)
