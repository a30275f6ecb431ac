import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createReadStream, existsSync } from 'node:fs'
import { chmod, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { createLog, systemClock as realClock } from '@windlass/platform'
import { type OperatorClient, operatorClient } from '@windlass/wire/operator'
import pg from 'pg'
import { afterAll, beforeAll, expect, it, onTestFinished, vi } from 'vitest'
import { deviceBody, type TestPackage, testPackage } from '../adapters/http/test-fleet.ts'
import { enrolled, published } from '../adapters/http/test-unit.ts'
import { visitDatabase } from '../adapters/postgres/database.ts'
import { postgresServer, s3Server } from '../adapters/test-servers.ts'
import { digestOf } from '../people/secrets.ts'
import { defaultSettings, type FleetSettings } from '../settings/settings.ts'
import { type Fleet, startFleet } from '../start-fleet.ts'
import { product } from '../store/samples.ts'
import { type About, type BackupEntry, readBackup, writeBackup } from './archive.ts'

const run = `import { main } from ${JSON.stringify(join(import.meta.dirname, '../main.ts'))}
process.exitCode = await main(process.argv.slice(1))`
const program = (...args: string[]) => {
  const all = ['--input-type=module', '-e', run, '--', ...args]
  const child = spawn(process.execPath, all, { stdio: ['ignore', 'pipe', 'pipe'] })
  const said: string[] = []
  child.stderr.on('data', (text) => said.push(String(text)))
  const told: string[] = []
  child.stdout.on('data', (text) => told.push(String(text)))
  const exit = once(child, 'close').then(([code]) => ({ code: code as number | null, said: said.join('') }))
  return { child, told, exit }
}
const started = (data: string, over: Partial<FleetSettings> = {}) =>
  startFleet(
    { ...defaultSettings, data, listen: { host: '127.0.0.1', port: 0 }, ...over },
    { log: createLog([], Date.now) },
  )

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

interface Place {
  url: string
  client: OperatorClient
}
const at = (url: string, token?: string): Place => ({
  url,
  client: operatorClient({ url, ...(token !== undefined && { token }) }),
})

/** Something of every kind. */
async function fill({ url, client }: Place, serials: readonly string[]): Promise<TestPackage> {
  const made = await testPackage('3.1', { content: 'x'.repeat(2_000_000) })
  await client.uploadPackage({ body: createReadStream(made.path) })
  for (const serial of serials)
    await fetch(`${url}/upgrades`, { method: 'POST', body: JSON.stringify(deviceBody(serial, '3.0')) })
  await client.startRollout({ package: made.uid, to: { product } })
  await enrolled({ url, client })
  await published(client, '1.0.0')
  return made
}

const schemasText = `select nspname as name from pg_namespace where nspname = 'public' or nspname like 'project%' order by 1`
const tablesText = `select tablename as name from pg_tables where schemaname = current_schema() order by 1`
const passing = ['processes', 'unit_lines', 'kysely_migration', 'kysely_migration_lock']

/** All that is in the tables of all projects, as text. */
async function truthAt(url: string): Promise<Record<string, string[]>> {
  const client = new pg.Client(url)
  await client.connect()
  try {
    const truth: Record<string, string[]> = {}
    for (const { name: schema } of (await client.query<{ name: string }>(schemasText)).rows) {
      await client.query(`set search_path to ${pg.escapeIdentifier(schema)}`)
      for (const { name } of (await client.query<{ name: string }>(tablesText)).rows) {
        if (passing.includes(name)) continue
        const content = await client.query<{ row: string }>(`select t::text as row from ${name} t order by 1`)
        truth[`${schema}.${name}`] = content.rows.map(({ row }) => row)
      }
    }
    return truth
  } finally {
    await client.end()
  }
}

/** Works on the database of a folder, whether a fleet is there or not. */
async function visiting<T>(data: string, work: (url: string) => Promise<T>): Promise<T> {
  const visit = await visitDatabase({ kind: 'embedded' }, data, { clock: realClock, log: createLog([], Date.now) })
  try {
    return await work(visit.url)
  } finally {
    await visit.stop()
  }
}
const truthOf = (data: string) => visiting(data, truthAt)

const bytesIn = async (data: string) => {
  const files = await readdir(data, { recursive: true, withFileTypes: true })
  const kept = files.filter((f) => f.isFile() && /\/(kept|sha256)(\/|$)/.test(f.parentPath))
  const pairs = kept.map(async (f) => {
    const path = join(f.parentPath, f.name)
    return [path.slice(data.length), (await readFile(path)).toString('base64')] as const
  })
  return Object.fromEntries(await Promise.all(pairs))
}

/** The same backup as versions wrote it that knew of no projects. */
async function asBefore(from: string, to: string): Promise<void> {
  const entries = readBackup(from)[Symbol.asyncIterator]()
  const { projects, ...about } = (await entries.next()).value as About
  expect(projects).toEqual([])
  await writeBackup(to, { ...about, format: 1 } as About, async (writer) => {
    for (let next = await entries.next(); !next.done; next = await entries.next()) {
      const { name, size, body } = next.value as BackupEntry
      await writer.stream(name, size, Readable.from(body))
    }
  })
}

it('of before there were projects can still be restored', async () => {
  uid = (await fill(at(fleet.url), ['A1', 'B2', 'tab\tnew\nline\\ü'])).uid
  const [now, old, there] = [join(folder, 'now'), join(folder, 'old'), join(folder, 'from-old')]
  expect(await program('backup', '--out', now, '--data', home).exit).toEqual({ code: 0, said: '' })
  await asBefore(now, old)
  expect(await program('restore', old, '--data', there).exit).toEqual({ code: 0, said: '' })
  expect(await truthOf(there)).toEqual(await truthOf(home))
  expect(await bytesIn(there)).toEqual(await bytesIn(home))
})

const password = 'correct horse battery'
const signIn = async (url: string) => {
  const answer = await fetch(`${url}/api/v1/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ name: 'ada', password }),
  })
  return answer.headers.get('set-cookie')?.split(';')[0] ?? ''
}
const whoIs = async (url: string, cookie: string) =>
  (await fetch(`${url}/api/v1/session`, { headers: { cookie } })).status
const tokens: Record<string, string> = {}
const objects: Record<string, string> = {}
let cookie: string

it('is made while the fleet runs, and brings all of it back into an empty folder', async () => {
  for (const name of ['acme', 'beta']) {
    tokens[name] = (await at(fleet.url).client.addProject(name)).token
    const made = await fill(at(`${fleet.url}/p/${name}`, tokens[name]), [`of ${name}`])
    objects[name] = `/products/${product}/packages/${made.uid}/objects/${made.object}`
  }
  const acme = at(`${fleet.url}/p/acme`, tokens['acme'])
  await acme.client.addUser({ name: 'ada', grants: [{ role: 'admin' }], password })
  // What only one of them has, bytes too.
  const own = await testPackage('4.0', { content: 'of acme alone' })
  await acme.client.uploadPackage({ body: createReadStream(own.path) })
  objects['acme'] = `/products/${product}/packages/${own.uid}/objects/${own.object}`
  cookie = await signIn(acme.url)
  expect(await program('backup', '--out', file, '--data', home).exit).toEqual({ code: 0, said: '' })
  const there = join(folder, 'there')
  expect(await program('restore', file, '--data', there).exit).toEqual({ code: 0, said: '' })
  expect(await truthOf(there)).toEqual(await truthOf(home))
  expect(await bytesIn(there)).toEqual(await bytesIn(home))
  // Three times a package and four blobs, and the package that only one has.
  expect(Object.keys(await bytesIn(there)).length).toBe(16)

  const copy = await started(there)
  const { client } = at(copy.url)
  expect((await client.rollout(1)).counts.pending).toBe(3)
  expect((await client.startRollout({ package: uid, to: { product } })).id).toBe(2)
  await expectApart(copy.url)
  await copy.stop()
})

/** Each project has what is its own, with what opened it before, and nothing of another. */
async function expectApart(root: string): Promise<void> {
  const [acme, beta] = ['acme', 'beta'].map((name) => at(`${root}/p/${name}`, tokens[name]))
  if (!acme || !beta) throw new Error('expected two projects')
  for (const [name, { client }] of [['acme', acme] as const, ['beta', beta] as const]) {
    const { devices } = await client.devices()
    expect(devices.map(({ identity }) => identity)).toEqual([{ serial: `of ${name}` }])
    expect((await client.units()).units.length).toBe(1)
    expect((await client.items()).length).toBe(1)
    expect((await client.rollout(1)).counts.pending).toBe(1)
  }
  expect((await acme.client.packages()).length).toBe(2)
  expect(await (await fetch(acme.url + objects['acme'])).text()).toBe('of acme alone')
  for (const url of [beta.url, root]) expect((await fetch(url + objects['acme'])).status).toBe(404)
  expect(await (await fetch(beta.url + objects['beta'])).text()).toBe('x'.repeat(2_000_000))
  expect([await whoIs(acme.url, cookie), await whoIs(beta.url, cookie)]).toEqual([200, 401])
  expect(await whoIs(acme.url, await signIn(acme.url))).toBe(200)
  for (const stranger of [at(acme.url), at(acme.url, tokens['beta']), at(beta.url, tokens['acme'])])
    await expect(stranger.client.devices()).rejects.toMatchObject({ status: 401 })
}

it('leaves projects out that are half made or half removed, and a fleet that is restored finishes them', async () => {
  const [there, third] = [join(folder, 'there'), join(folder, 'third')]
  const token = `windlass_${'t'.repeat(43)}`
  await visiting(there, async (url) => {
    const client = new pg.Client(url)
    await client.connect()
    const text = 'insert into projects (name, state, created_at, admin) values ($1, $2, now(), $3)'
    await client.query(text, ['coming', 'creating', digestOf(token)])
    await client.query(text, ['leaving', 'removing', digestOf('another')])
    await client.query('create schema project_leaving create table devices (id text)')
    await client.end()
  })
  const out = join(folder, 'half.backup')
  const { exit, told } = program('backup', '--out', out, '--data', there)
  expect(await exit).toEqual({ code: 0, said: '' })
  expect(told.join('')).toMatch(/project acme: \d+ tables, 2 packages, \d blobs\n/)
  expect(told.join('')).toMatch(/project coming: left out, .*\n.*project leaving: left out/)
  expect(await program('restore', out, '--data', third).exit).toEqual({ code: 0, said: '' })
  const copy = await started(third)
  const { client } = at(copy.url)
  await expect
    .poll(async () => (await client.projects()).map(({ name, state }) => `${name} ${state}`), { timeout: 20_000 })
    .toEqual(['acme ready', 'beta ready', 'coming ready'])
  // It is ready a moment before it is served.
  const coming = at(`${copy.url}/p/coming`, token).client
  await expect.poll(async () => (await coming.devices()).devices, { timeout: 20_000 }).toEqual([])
  expect(await visiting(third, async (url) => Object.keys(await truthAt(url)))).not.toContain('project_leaving.devices')
  await expectApart(copy.url)
  await copy.stop()
}, 120_000)

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
const below = (data: string, name: string) => join(data, 'projects', name)

/** Ends a program as soon as there is a file or folder. */
async function killAt(sign: string, { child, exit }: ReturnType<typeof program>): Promise<void> {
  while (child.exitCode === null && !existsSync(sign)) await new Promise((resolve) => setTimeout(resolve, 5))
  child.kill('SIGKILL')
  expect((await exit).code).toBe(null)
}

it('that was killed at any moment has restored nothing, and can be done again', async () => {
  const place = join(folder, 'killed')
  const draft = join(place, 'database.restoring')
  for (const sign of [
    draft,
    join(draft, 'cluster'),
    join(draft, 'cluster/postmaster.pid'),
    keptIn(place),
    keptIn(below(place, 'acme')),
    keptIn(below(place, 'beta')),
    givenIn(place),
    givenIn(below(place, 'beta')),
  ]) {
    await killAt(sign, program('restore', file, '--data', place))
    expect(await readdir(place)).not.toContain('database')
  }
  expect((await program('restore', file, '--data', place).exit).code).toBe(0)
  expect(await truthOf(place)).toEqual(await truthOf(home))
  expect(await bytesIn(place)).toEqual(await bytesIn(home))
}, 300_000)

it('can be done again in a database outside, too, where it left its empty tables', async () => {
  const server = await postgresServer('restore')
  onTestFinished(() => server.stop())
  const place = join(folder, 'outside')
  const args = ['--data', place, '--database', server.url]
  for (const sign of [
    keptIn(place),
    keptIn(below(place, 'acme')),
    keptIn(below(place, 'beta')),
    givenIn(place),
    givenIn(below(place, 'beta')),
  ]) {
    await killAt(sign, program('restore', file, ...args))
    expect(Object.values(await truthAt(server.url)).flat()).toEqual([])
  }
  expect(await program('restore', file, ...args).exit).toEqual({ code: 0, said: '' })
  expect(await truthAt(server.url)).toEqual(await truthOf(home))
  expect(await bytesIn(place)).toEqual(await bytesIn(home))
  const over = await program('restore', file, ...args).exit
  expect([over.code, over.said]).toEqual([73, expect.stringContaining('expected a database without a fleet')])
}, 300_000)

it('moves a fleet and its projects to a database outside and to S3, and is made there', async () => {
  const server = await postgresServer('moved')
  onTestFinished(() => server.stop())
  const s3 = await s3Server()
  onTestFinished(() => s3.stop())
  for (const name of ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY']) vi.stubEnv(name, 'S3RVER')
  onTestFinished(() => void vi.unstubAllEnvs())
  const [data, again] = [join(folder, 'moved'), join(folder, 'moved.backup')]
  const blobs = { kind: 's3', bucket: 'fleet', prefix: 'moved', endpoint: s3.url, region: null } as const
  const place = `s3://fleet/moved?endpoint=${encodeURIComponent(s3.url)}`
  const args = ['--data', data, '--database', server.url, '--blobs', place]
  expect(await program('restore', file, ...args).exit).toEqual({ code: 0, said: '' })
  expect(await truthAt(server.url)).toEqual(await truthOf(home))
  expect(Object.keys(await bytesIn(data))).toEqual([])
  const { exit, told } = program('backup', '--out', again, ...args)
  expect(await exit).toEqual({ code: 0, said: '' })
  expect(told.join('')).toContain(' 2 packages')
  const copy = await started(data, { database: { kind: 'url', url: server.url }, blobs })
  await expectApart(copy.url)
  await copy.stop()
  const back = join(folder, 'back')
  expect(await program('restore', again, '--data', back).exit).toEqual({ code: 0, said: '' })
  expect(await bytesIn(back)).toEqual(await bytesIn(home))
}, 300_000)

it('that was killed while it was made leaves the one of before, and can be made again', async () => {
  const before = await readFile(file)
  await killAt(`${file}.part`, program('backup', '--out', file, '--data', home))
  expect((await readFile(file)).equals(before)).toBe(true)
  expect(await program('backup', '--out', file, '--data', home).exit).toEqual({ code: 0, said: '' })
  expect(existsSync(`${file}.part`)).toBe(false)
})
