import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Sha256 } from '@windlass/model'
import { createLog, jsonLines, type Log } from '@windlass/platform'
import { FakeClock, FakeHttp, SeededRandom } from '@windlass/platform/fakes'
import { sha256Of, sign } from '@windlass/trust'
import { writeArchive } from '@windlass/trust/pack'
import { checkMetadata } from '@windlass/wire/updatehub'
import type { FastifyInstance, LightMyRequestResponse } from 'fastify'
import { onTestFinished } from 'vitest'
import { localBus } from '../../bus/local-bus.ts'
import { BlobTickets } from '../../identity/blob-tickets.ts'
import { SocketTokens } from '../../identity/claims.ts'
import { newUnitAuthority, UnitAuthority } from '../../identity/unit-authority.ts'
import { memoryPackagerStore } from '../../packagers/memory-packager-store.ts'
import { Pushes } from '../../packages/pushes.ts'
import { packageShelf } from '../../packages/shelf.ts'
import { fakePeople } from '../../people/fake-people.ts'
import type { OpenIdSettings } from '../../people/openid.ts'
import { memoryLines } from '../../processes/lines.ts'
import { memoryShared } from '../../processes/shared.ts'
import { fakeGround } from '../../projects/fake-ground.ts'
import { memoryProjectStore } from '../../projects/memory-project-store.ts'
import { Projects } from '../../projects/projects.ts'
import { memoryStore } from '../../store/memory-store.ts'
import type { KeptPackage } from '../../store/records.ts'
import { product } from '../../store/samples.ts'
import type { Store } from '../../store/store.ts'
import { type Events, eventHub } from '../../telemetry/events.ts'
import { memoryUnitStore } from '../../units/memory-unit-store.ts'
import { Pulls } from '../../units/pulls/pulls.ts'
import { type OfficePorts, UnitOffice } from '../../units/unit-office.ts'
import { Dispatch } from '../../webhooks/dispatch.ts'
import { memoryWebhookStore } from '../../webhooks/memory-webhook-store.ts'
import { folderBlobs } from '../folder-blobs.ts'
import { folderPackages } from '../folder-packages.ts'
import { folderPushes } from '../folder-pushes.ts'
import { guardedPost } from '../guarded-post.ts'
import { openIdProvider } from '../openid-provider.ts'
import type { Gate } from './guard.ts'
import { fleetServer, type UnitPorts } from './server.ts'

/** A whole fleet in memory, but for the packages' bytes, on a clock that stands still. */
export interface TestFleet {
  app: FastifyInstance
  store: Store
  people: ReturnType<typeof fakePeople>
  dispatch: Dispatch
  clock: FakeClock
  events: Events
  log: Log
  folder: string
  /** Everything logged, one `level text` per line. */
  logged: string[]
  /** The same, whole. */
  lines: string[]
  probe(serial: string, version: string, over?: Over): Promise<LightMyRequestResponse>
  report(serial: string, status: string, body?: object): Promise<LightMyRequestResponse>
  upload(archive: string | Buffer): Promise<LightMyRequestResponse>
  api(method: Method, path: string, body?: object, headers?: Record<string, string>): Promise<LightMyRequestResponse>
}

type Method = 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

interface Over {
  headers?: Record<string, string>
  body?: object
}

export async function testFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'windlass-fleet-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  return folder
}

export async function testFleet(
  given: {
    trustedKeys?: string[]
    gate?: Gate
    resumeQuirk?: boolean
    maxUploadBytes?: number
    store?: Store
    units?: true
    openid?: OpenIdSettings
    admission?: 'approved'
    trustedProxies?: string[]
  } = {},
): Promise<TestFleet> {
  const folder = await testFolder()
  const clock = new FakeClock()
  const logged: string[] = []
  const lines: string[] = []
  const log = createLog(
    [({ level, text }) => logged.push(`${level} ${text}`), jsonLines((line) => void lines.push(line))],
    () => clock.now(),
  )
  const store = given.store ?? memoryStore()
  const hooks = memoryWebhookStore()
  const dispatch = new Dispatch({ store: hooks, post: guardedPost({ privateToo: true }), clock, log })
  const events = dispatch.through(eventHub())
  const shared = memoryShared()
  const files = await folderPackages(join(folder, 'packages'), { random: new SeededRandom(1), clock, alone: true })
  const people = fakePeople()
  const rules = {
    trustedKeys: given.trustedKeys ?? [],
    maxUploadBytes: given.maxUploadBytes ?? 1024 * 1024,
    checkMetadata: (metadata: Uint8Array) => checkMetadata(metadata, { allowTest: true }),
  }
  const shelf = packageShelf({ store, files, clock, events, log, shared }, rules)
  const pushFiles = await folderPushes(join(folder, 'pushes'), new SeededRandom(2))
  const pushes = new Pushes({ shelf, files: pushFiles, clock, key: new SeededRandom(3).bytes(32) }, rules)
  const packager = { pushes, secrets: new Map([['me', 'topsecret']]), packagers: memoryPackagerStore() }
  const units = given.units ? await testUnits(folder, { clock, log, events }) : undefined
  const ground = { store: memoryProjectStore(), shared, ground: fakeGround(), random: new SeededRandom(5) }
  const projects = new Projects({ ...ground, clock, log })
  const openid = given.openid && { openid: { settings: given.openid, provider: openIdProvider(given.openid) } }
  const app = fleetServer(
    {
      ...openid,
      store,
      people,
      webhooks: { store: hooks, dispatch },
      projects,
      files,
      shelf,
      events,
      packager,
      clock,
      log,
      ...(units && { units }),
    },
    {
      gate: given.gate ?? { token: null, loopback: true },
      resumeQuirk: given.resumeQuirk ?? false,
      admission: given.admission ?? 'open',
      trustedProxies: given.trustedProxies ?? [],
      version: '0',
    },
  )
  onTestFinished(() => app.close())
  return { app, store, people, dispatch, clock, events, log, folder, logged, lines, ...calls(app) }
}

async function testUnits(folder: string, ports: Pick<OfficePorts, 'clock' | 'log' | 'events'>): Promise<UnitPorts> {
  const store = memoryUnitStore()
  const random = new SeededRandom(4)
  const now = () => ports.clock.now()
  const authority = new UnitAuthority(await newUnitAuthority(now()), now)
  const tickets = new BlobTickets(random.bytes(32), now)
  const blobs = await folderBlobs(join(folder, 'blobs'), { random, clock: ports.clock, alone: true })
  const maxUploadBytes = 1024 * 1024
  return {
    store,
    blobs,
    pulls: new Pulls({ ...ports, store, blobs, random, now, http: new FakeHttp(), maxBytes: maxUploadBytes }),
    office: new UnitOffice({ store, bus: localBus(), lines: memoryLines(), me: 'alone', tickets, ...ports }),
    claims: { store, random, authority, now },
    tokens: new SocketTokens(random.bytes(32), now),
    tickets,
    maxUploadBytes,
  }
}

function calls(app: FastifyInstance): Pick<TestFleet, 'probe' | 'report' | 'upload' | 'api'> {
  const agent = { 'user-agent': 'updatehub/2.0 Linux', 'content-type': 'application/json' }
  const post = (url: string, payload: object, headers = {}) =>
    app.inject({ method: 'POST', url, headers: { ...agent, ...headers }, payload: JSON.stringify(payload) })
  return {
    probe: (serial, version, over = {}) =>
      post('/upgrades', { ...deviceBody(serial, version), ...over.body }, { 'api-retries': '0', ...over.headers }),
    report: (serial, status, body = {}) => post('/report', { ...deviceBody(serial, '3.0'), status, ...body }),
    upload: async (archive) => {
      const payload = typeof archive === 'string' ? await readFile(archive) : archive
      const headers = { 'content-type': 'application/octet-stream', host: 'localhost' }
      return app.inject({ method: 'POST', url: '/api/v1/packages', headers, payload })
    },
    api: (method, path, body, headers = {}) =>
      app.inject({
        method,
        url: `/api/v1${path}`,
        headers: { host: 'localhost:8000', ...headers },
        ...(body && { payload: body }),
      }),
  }
}

export function deviceBody(serial: string, version: string): object {
  return {
    'product-uid': product,
    version,
    hardware: 'gw-mk2',
    'device-identity': { serial },
    'device-attributes': { iface: ['eth0', 'wlan0'], kernel: '6.6.9' },
  }
}

export interface TestPackage {
  path: string
  uid: Sha256
  metadata: string
  content: Buffer
  object: Sha256
}

/** A package of one `test` object in both sets, as a file. `privateKey`: signs it. */
export async function testPackage(
  version: string,
  given: { privateKey?: string; signature?: string; content?: string; over?: object; objectOver?: object } = {},
): Promise<TestPackage> {
  const folder = await testFolder()
  const content = Buffer.from(given.content ?? '1234567890')
  const object = sha256Of(content)
  const described = {
    filename: 'hello.bin',
    'force-check-requirements-fail': false,
    mode: 'test',
    sha256sum: object,
    size: content.length,
    target: '/dev/null',
    ...given.objectOver,
  }
  const top = { objects: [[described], [described]], product, 'supported-hardware': 'any', version, ...given.over }
  const metadata = JSON.stringify(top)
  const signature = given.signature ?? (given.privateKey ? sign(given.privateKey, Buffer.from(metadata)) : '')
  const path = join(folder, 'test.uhupkg')
  const payload = join(folder, 'payload')
  await writeFile(payload, content)
  const objects = [{ sha256sum: object, size: content.length, path: payload }]
  await writeArchive(path, { metadata, signature, objects })
  return { path, uid: sha256Of(metadata), metadata, content, object }
}

/** Uploads a package and starts a rollout of it to the whole product, or to those named. */
export async function rollOut(
  fleet: TestFleet,
  version: string,
  given: { to?: object; startAt?: string; metered?: boolean; privateKey?: string } = {},
): Promise<TestPackage & { rollout: number; kept: KeptPackage | undefined }> {
  const made = await testPackage(version, given)
  await fleet.upload(made.path)
  const { to = { product }, startAt, metered } = given
  const order = { package: made.uid, to, ...(startAt && { startAt }), ...(metered && { metered }) }
  const started = await fleet.api('POST', '/rollouts', order)
  return { ...made, rollout: started.json<{ id: number }>().id, kept: await fleet.store.package(made.uid) }
}
