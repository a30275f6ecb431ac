import { randomUUID } from 'node:crypto'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { type Clock, createLog, type Log, type Random, systemClock, systemRandom } from '@windlass/platform'
import { TrustError, verify } from '@windlass/trust'
import { checkMetadata } from '@windlass/wire/updatehub'
import type { FastifyInstance } from 'fastify'
import { authorityIn } from './adapters/authority-file.ts'
import { folderPushes } from './adapters/folder-pushes.ts'
import { guardedPost } from './adapters/guarded-post.ts'
import { isLocalName } from './adapters/http/guard.ts'
import { fleetServer, type UnitPorts } from './adapters/http/server.ts'
import { openIdProvider } from './adapters/openid-provider.ts'
import { pinoSink } from './adapters/pino-sink.ts'
import { openDatabase } from './adapters/postgres/database.ts'
import { type Engines, openEngines } from './engines.ts'
import { StartError } from './fleet-error.ts'
import { BlobTickets } from './identity/blob-tickets.ts'
import { SocketTokens } from './identity/claims.ts'
import { newUnitAuthority, UnitAuthority } from './identity/unit-authority.ts'
import manifest from './package.json' with { type: 'json' }
import { Pushes } from './packages/pushes.ts'
import { packageShelf } from './packages/shelf.ts'
import { scryptPasswords } from './people/passwords.ts'
import { checkSomebody } from './people/somebody.ts'
import { steward, stewardRound } from './rollout/steward.ts'
import type { FleetSettings } from './settings.ts'
import { type Events, eventHub } from './telemetry/events.ts'
import { unitRolloutRound } from './units/rollouts/round.ts'
import { UnitOffice } from './units/unit-office.ts'
import { Dispatch } from './webhooks/dispatch.ts'

/** A fleet at work. `lost` resolves when it cannot go on: its database went away. `stop` may be called again. */
export interface Fleet {
  url: string
  lost: Promise<Error>
  stop(): Promise<void>
}

export interface FleetPorts {
  clock: Clock
  log: Log
  random: Random
}

// Made by `npm run console`.
const consoleFolder = join(import.meta.dirname, '../operator/web/dist')

/** Builds a fleet and lets it listen: records first, server last. @throws StartError */
export async function startFleet(settings: FleetSettings, given: Partial<FleetPorts> = {}): Promise<Fleet> {
  const clock = given.clock ?? systemClock
  const log = given.log ?? createLog([pinoSink('info')], () => clock.now())
  const ports = { clock, log, random: given.random ?? systemRandom }
  checkExposure(settings)
  checkKeys(settings.trustedKeys)
  await makeFolder(settings.data)
  const me = randomUUID()
  const database = await openDatabase(settings.database, settings.data, me, ports)
  const opened: Ending[] = [database.stop]
  const stop = once(async () => {
    for (const end of opened.toReversed()) await end()
  })
  try {
    const loopback = isLocalName(settings.listen.host)
    await checkSomebody(database.records.people, { loopback, operatorToken: settings.operatorToken }, log)
    const engines = await openEngines(settings, database, me, ports)
    opened.push(engines.stop)
    const post = guardedPost({ privateToo: settings.privateWebhooks })
    const dispatch = new Dispatch({ store: database.records.webhooks, post, ...ports })
    await dispatch.refresh()
    const hub = { ...ports, dispatch, events: dispatch.through(eventHub(engines.bus)) }
    const units = await unitPorts(settings, engines, hub)
    const app = await buildServer(settings, engines, units, hub)
    opened.push(() => app.close())
    const url = await listen(app, settings)
    const closing = new AbortController()
    const rounds = [
      () => stewardRound({ store: database.records, ...hub }),
      () => unitRolloutRound({ ...units, ...hub }),
    ]
    const stewarding = steward(hub, rounds, closing.signal)
    const dispatching = dispatch.run(closing.signal)
    opened.push(async () => {
      closing.abort()
      await stewarding
      await dispatching
    })
    log.info('fleet listens', { url })
    opened.unshift(async () => log.info('fleet stopped'))
    return { url, lost: database.lost, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

type Ending = () => Promise<unknown>
type HubPorts = FleetPorts & { events: Events; dispatch: Dispatch }

async function buildServer(
  settings: FleetSettings,
  engines: Engines,
  units: UnitPorts,
  given: HubPorts,
): Promise<FastifyInstance> {
  const { records: store, place } = engines
  const ports = { ...given, store, files: place.packages, shared: store.shared }
  await store.shared.inTurn('shelf', async () => {
    await place.packages.sweep(new Set((await store.packages()).map((kept) => kept.uid)))
  })
  const { trustedKeys, maxUploadBytes, resumeQuirk, tls, operatorToken: token } = settings
  const rules = {
    trustedKeys,
    maxUploadBytes,
    checkMetadata: (metadata: Uint8Array) => checkMetadata(metadata, { allowTest: true }),
  }
  const shelf = packageShelf(ports, rules)
  const pushFiles = await folderPushes(join(settings.data, 'pushes'), ports.random)
  const packager = {
    pushes: new Pushes({ shelf, files: pushFiles, random: ports.random }, rules),
    secrets: settings.packagers,
  }
  const people = { store: store.people, audit: store.audit, passwords: scryptPasswords(), random: ports.random }
  const openid = settings.openid && {
    openid: { settings: settings.openid, provider: openIdProvider(settings.openid) },
  }
  const webhooks = { store: store.webhooks, dispatch: given.dispatch }
  const gate = { token, loopback: isLocalName(settings.listen.host), requestsPerMinute: settings.requestsPerMinute }
  const { admission } = settings
  const options = { gate, tls, resumeQuirk, admission, version: manifest.version, console: consoleFolder }
  return fleetServer({ ...ports, people, ...openid, webhooks, shelf, packager, units }, options)
}

async function unitPorts(
  { data, maxUploadBytes }: FleetSettings,
  { records: { units: store, lines, shared }, bus, me, place }: Engines,
  ports: HubPorts,
): Promise<UnitPorts> {
  const now = () => ports.clock.now()
  const keys = await shared.once(
    'unit-authority',
    async () => (await authorityIn(data)) ?? (await newUnitAuthority(now())),
  )
  const secret = async (name: string) =>
    Buffer.from(await shared.once(name, async () => Buffer.from(ports.random.bytes(32)).toString('base64')), 'base64')
  const authority = new UnitAuthority(keys, now)
  const tickets = new BlobTickets(await secret('blob-tickets'), now)
  return {
    store,
    blobs: place.blobs,
    office: new UnitOffice({ store, lines, bus, me, tickets, ...ports }),
    claims: { store, random: ports.random, authority, now },
    tokens: new SocketTokens(await secret('socket-tokens'), now),
    tickets,
    maxUploadBytes,
  }
}

/** What others can reach must be encrypted. */
function checkExposure({ listen: { host }, tls }: FleetSettings): void {
  if (isLocalName(host)) return
  const where = `beyond loopback (${host})`
  if (!tls) throw new StartError('tls_required', `expected tls.cert and tls.key to listen ${where}, got none`)
}

function checkKeys(keys: readonly string[]): void {
  for (const key of keys) {
    try {
      verify(key, new Uint8Array(), new Uint8Array())
    } catch (cause) {
      const why = cause instanceof TrustError ? cause.message : String(cause)
      throw new StartError('settings_invalid', `trustedKeys: ${why}`, { cause })
    }
  }
}

async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true })
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new StartError('data_unusable', `expected a folder at ${path}, got: ${why}`, { cause })
  }
}

async function listen(app: FastifyInstance, { listen: address, tls }: FleetSettings): Promise<string> {
  try {
    await app.listen(address)
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    const message = `expected to listen on ${address.host}:${address.port}, got: ${why}`
    throw new StartError('port_busy', message, { cause })
  }
  const bound = app.server.address()
  const port = bound !== null && typeof bound === 'object' ? bound.port : address.port
  const host = address.host.includes(':') ? `[${address.host}]` : address.host
  return `${tls ? 'https' : 'http'}://${host}:${port}`
}

function once(work: () => Promise<void>): () => Promise<void> {
  let done: Promise<void> | undefined
  return () => (done ??= work())
}
