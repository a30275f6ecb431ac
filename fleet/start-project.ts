import { join } from 'node:path'
import { type Clock, isLoopbackHost, type Log, nodeHttp, type Random } from '@windlass/platform'
import { checkMetadata } from '@windlass/wire/updatehub'
import type { FastifyInstance } from 'fastify'
import { authorityIn } from './adapters/authority-file.ts'
import { guardedPost } from './adapters/guarded-post.ts'
import type { Front } from './adapters/http/front.ts'
import { fleetServer, type UnitPorts } from './adapters/http/server.ts'
import { openIdProvider } from './adapters/openid-provider.ts'
import type { Database } from './adapters/postgres/database.ts'
import { keyIn, keyOf, sealWith } from './adapters/webhook-key.ts'
import { type Engines, openEngines } from './engines.ts'
import { BlobTickets } from './identity/blob-tickets.ts'
import { SocketTokens } from './identity/claims.ts'
import { newUnitAuthority, UnitAuthority } from './identity/unit-authority.ts'
import manifest from './package.json' with { type: 'json' }
import type { PackagerStore } from './packagers/packager.ts'
import { sealedPackagers } from './packagers/sealed-packagers.ts'
import { Pushes } from './packages/pushes.ts'
import { packageShelf } from './packages/shelf.ts'
import { scryptPasswords } from './people/passwords.ts'
import type { Shared } from './processes/shared.ts'
import { baseOf } from './projects/address.ts'
import type { Projects } from './projects/projects.ts'
import { steward, stewardRound } from './rollout/steward.ts'
import type { FleetSettings } from './settings/settings.ts'
import { type Events, eventHub } from './telemetry/events.ts'
import { type Tracing, traced } from './telemetry/tracing.ts'
import { Pulls } from './units/pulls/pulls.ts'
import { unitRolloutRound } from './units/rollouts/round.ts'
import { UnitOffice } from './units/unit-office.ts'
import { isPublic } from './webhooks/addresses.ts'
import { Dispatch } from './webhooks/dispatch.ts'
import { sealedWebhooks } from './webhooks/sealed-store.ts'
import type { WebhookStore } from './webhooks/webhook.ts'

export interface FleetPorts {
  clock: Clock
  log: Log
  random: Random
}

/** A project at work in this process: its rollouts go on, and it is served by the front. */
export interface RunningProject {
  stop(): Promise<void>
}

export interface ProjectPorts extends FleetPorts {
  front: Front
  tracing: Tracing
}

// Made by `npm run console`.
const consoleFolder = join(import.meta.dirname, '../operator/web/dist')

/**
 * Sets a project to work on its records, which it closes when it stops. `which.project` null: the default one, which has `projects`
 * beside it. @throws StartError
 */
export async function startProject(
  settings: FleetSettings,
  database: Database,
  which: { project: string | null; me: string },
  ports: ProjectPorts,
  projects?: Projects,
): Promise<RunningProject> {
  const opened: Ending[] = [() => database.records.close()]
  const stop = once(async () => {
    for (const end of opened.toReversed()) await end()
  })
  try {
    const engines = await openEngines(settings, database, which, ports)
    opened.push(engines.stop)
    const post = guardedPost({ privateToo: settings.privateWebhooks })
    const { webhooks, packagers } = await secretive(settings, database, ports)
    const dispatch = new Dispatch({ store: webhooks, post, ...ports })
    await dispatch.refresh()
    const hub = { ...ports, dispatch, webhooks, packagers, events: dispatch.through(eventHub(engines.bus)) }
    const units = await unitPorts(settings, engines, hub)
    const app = await buildServer(settings, which.project, engines, units, { ...hub, ...(projects && { projects }) })
    await app.ready()
    // It ends its sockets and streams in order; whoever is left after that is hung up on.
    opened.push(
      async () => ports.front.leave(which.project),
      () => app.close(),
    )
    ports.front.serve(which.project, { app, authority: units.claims.authority.certificate })
    opened.push(beginRounds(engines, units, hub))
    return { stop }
  } catch (error) {
    await stop()
    throw error
  }
}

type Ending = () => Promise<unknown>
interface Secretive {
  webhooks: WebhookStore
  packagers: PackagerStore
}
type HubPorts = FleetPorts & Secretive & { tracing: Tracing; events: Events; dispatch: Dispatch }

/** Their secrets are sealed, where all processes of the fleet can have the key. */
async function secretive(
  { webhookKey, database, data }: FleetSettings,
  { records: { webhooks, packagers } }: Database,
  { log, random }: FleetPorts,
): Promise<Secretive> {
  if (webhookKey === null && database.kind === 'url') {
    log.warning('secrets of webhooks and packagers lie in the database as they are: webhookKeyFile would seal them')
    return { webhooks, packagers }
  }
  const key = webhookKey === null ? await keyIn(data, random) : keyOf(webhookKey, 'webhookKeyFile')
  const seal = sealWith(key, random)
  return { webhooks: await sealedWebhooks(webhooks, seal), packagers: await sealedPackagers(packagers, seal, log) }
}

/** What goes on by itself; answers how it is ended. */
function beginRounds({ records }: Engines, units: UnitPorts, hub: HubPorts): Ending {
  const closing = new AbortController()
  const round = (name: string, work: () => Promise<void>) => () => traced(hub.tracing, { name, kind: 'internal' }, work)
  const rounds = [
    round('rollout round', () => stewardRound({ store: records, ...hub })),
    round('unit rollout round', () => unitRolloutRound({ ...units, ...hub })),
  ]
  const stewarding = steward(hub, rounds, closing.signal)
  const dispatching = hub.dispatch.run(closing.signal)
  return async () => {
    closing.abort()
    await stewarding
    await dispatching
  }
}

async function buildServer(
  settings: FleetSettings,
  project: string | null,
  engines: Engines,
  units: UnitPorts,
  given: HubPorts & { projects?: Projects },
): Promise<FastifyInstance> {
  const { records: store, place, bus } = engines
  const needs = { bus: () => bus.ping(), blobs: () => place.owner() }
  const connections = () => store.connections()
  const ports = { ...given, store, files: place.packages, shared: store.shared, needs, connections }
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
  const key = await sharedSecret('push-tickets', ports)
  const packager = {
    pushes: new Pushes({ shelf, files: place.pushes, clock: ports.clock, key }, rules),
    secrets: settings.packagers,
    packagers: given.packagers,
  }
  const people = { store: store.people, audit: store.audit, passwords: scryptPasswords(), random: ports.random }
  const openid = settings.openid && {
    openid: { settings: settings.openid, provider: openIdProvider(settings.openid) },
  }
  const webhooks = { store: given.webhooks, dispatch: given.dispatch }
  const { requestsPerMinute } = settings
  const loopback = isLoopbackHost(settings.listen.host)
  const gate = { token, loopback, closed: project !== null, requestsPerMinute }
  const { admission, trustedProxies } = settings
  const how = { base: baseOf(project), secure: tls !== null, console: consoleFolder }
  const options = { ...how, gate, resumeQuirk, admission, trustedProxies, version: manifest.version }
  return fleetServer({ ...ports, people, ...openid, webhooks, shelf, packager, units }, options)
}

/** Made once for all processes of a fleet. */
async function sharedSecret(name: string, { shared, random }: { shared: Shared; random: Random }): Promise<Buffer> {
  return Buffer.from(await shared.once(name, async () => Buffer.from(random.bytes(32)).toString('base64')), 'base64')
}

async function unitPorts(
  { data, maxUploadBytes, privateRegistries }: FleetSettings,
  { records: { units: store, lines, shared }, bus, me, place }: Engines,
  ports: HubPorts,
): Promise<UnitPorts> {
  const now = () => ports.clock.now()
  const keys = await shared.once(
    'unit-authority',
    async () => (await authorityIn(data)) ?? (await newUnitAuthority(now())),
  )
  const secret = (name: string) => sharedSecret(name, { random: ports.random, shared })
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
    pulls: new Pulls({
      ...ports,
      store,
      blobs: place.blobs,
      now,
      maxBytes: maxUploadBytes,
      http: nodeHttp(privateRegistries ? {} : { allows: isPublic }),
    }),
  }
}

export function once(work: () => Promise<void>): () => Promise<void> {
  let done: Promise<void> | undefined
  return () => (done ??= work())
}
