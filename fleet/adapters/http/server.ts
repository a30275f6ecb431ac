import type { Clock, Log } from '@windlass/platform'
import fastify, { type FastifyInstance } from 'fastify'
import { serializerCompiler, validatorCompiler } from 'fastify-type-provider-zod'
import type { BlobFiles } from '../../blobs/blob-files.ts'
import type { Admission } from '../../identity/admission.ts'
import type { BlobTickets } from '../../identity/blob-tickets.ts'
import type { ClaimPorts, SocketTokens } from '../../identity/claims.ts'
import type { PackageFiles } from '../../packages/package-files.ts'
import type { Shelf } from '../../packages/shelf.ts'
import type { AuditStore } from '../../people/audit.ts'
import type { PeoplePorts } from '../../people/people.ts'
import type { Projects } from '../../projects/projects.ts'
import { type Openings, rememberedOpenings } from '../../rollout/openings.ts'
import type { Store } from '../../store/store.ts'
import type { Connections } from '../../telemetry/connection-metrics.ts'
import type { Events } from '../../telemetry/events.ts'
import { fleetMetrics } from '../../telemetry/metrics.ts'
import type { Needs } from '../../telemetry/readiness.ts'
import { noTracing, type Tracing } from '../../telemetry/tracing.ts'
import type { Pulls } from '../../units/pulls/pulls.ts'
import type { UnitOffice } from '../../units/unit-office.ts'
import type { UnitStore } from '../../units/unit-store.ts'
import { auditRoutes, keepAudit } from './audit.ts'
import { authorize } from './authorize.ts'
import { consoleRoutes } from './console.ts'
import { deviceRoutes } from './device-routes.ts'
import { eventRoute } from './event-route.ts'
import { type Gate, Guard } from './guard.ts'
import { harden } from './harden.ts'
import { healthRoutes } from './health-routes.ts'
import { measureRequests } from './measure-requests.ts'
import { objectRoutes } from './object-routes.ts'
import { openapiRoute } from './openapi.ts'
import { type OpenIdPorts, openIdRoutes } from './openid-routes.ts'
import { operatorRoutes } from './operator-routes.ts'
import { operatorUnitRoutes } from './operator-unit-routes.ts'
import { packagerListRoutes } from './packager-list-routes.ts'
import { type PackagerPorts, packagerRoutes } from './packager-routes.ts'
import { peopleRoutes } from './people-routes.ts'
import { answerProblems, refuseAddress } from './problems.ts'
import { projectRoutes } from './project-routes.ts'
import { sessionRoutes } from './session-routes.ts'
import { refuseUnstorable } from './storable.ts'
import { traceRequests } from './trace-requests.ts'
import { unitRoutes } from './unit-routes.ts'
import { unitSockets } from './unit-sockets.ts'
import { type WebhookPorts, webhookRoutes } from './webhook-routes.ts'

export interface ServerPorts {
  /** Absent: nobody wants to know. */
  tracing?: Tracing
  /** What has to be reached besides the records. Absent: nothing. */
  needs?: Needs
  store: Store
  people: Pick<PeoplePorts, 'store' | 'passwords' | 'random'> & { audit: AuditStore }
  files: PackageFiles
  shelf: Shelf
  events: Events
  /** Absent: no database, or none that anybody counts connections to. */
  connections?: () => Connections
  /** Absent: users sign in by password alone. */
  openid?: Pick<OpenIdPorts, 'provider' | 'settings'>
  /** Absent: nobody is told. */
  webhooks?: Pick<WebhookPorts, 'store' | 'dispatch'>
  /** What UpdateHub's packager pushes to. */
  packager?: Pick<PackagerPorts, 'pushes' | 'secrets' | 'packagers'>
  /** Absent: a fleet of devices only. */
  units?: UnitPorts
  /** Absent: one of those that the default project has beside it. */
  projects?: Pick<Projects, 'list' | 'create' | 'admit' | 'remove'>
  clock: Clock
  log: Log
}

/** What serves units. */
export interface UnitPorts {
  store: UnitStore
  blobs: BlobFiles
  office: UnitOffice
  claims: ClaimPorts
  tokens: SocketTokens
  tickets: BlobTickets
  maxUploadBytes: number
  /** Absent: nothing is fetched from registries. */
  pulls?: Pulls
}

export interface ServerOptions {
  gate: Gate
  /** Reached over TLS alone: cookies say so. Default: not. */
  secure?: boolean
  /** What stands before every address that it hands out: `/p/NAME`, without a slash at the end. Default: nothing. */
  base?: string
  resumeQuirk: boolean
  /** Default: open. */
  admission?: Admission
  version: string
  /** Whose `X-Forwarded-For` says where a request is from; default: nobody's. */
  trustedProxies?: readonly string[]
  /** Folder of the built console; absent: none. */
  console?: string
}

/** The HTTP server of one project: devices at the root, operators below `/api/v1`. It does not listen. */
export function fleetServer(ports: ServerPorts, options: ServerOptions): FastifyInstance {
  const closing = new AbortController()
  const openings = rememberedOpenings()
  const app = fastify({
    forceCloseConnections: true,
    // The address a device is given may end in a slash, and it appends to it as it is (updatehub.md 3.1).
    routerOptions: { ignoreDuplicateSlashes: true, maxParamLength: 200 },
    exposeHeadRoutes: false,
    frameworkErrors: refuseAddress,
    trustProxy: options.trustedProxies?.length ? [...options.trustedProxies] : false,
  })
  app.addHook('preClose', async () => {
    closing.abort()
    ports.units?.pulls?.stop()
  })
  const { gate, base = '', console: folder = null } = options
  traceRequests(app, ports.tracing ?? noTracing)
  const guard = new Guard({ people: ports.people.store, gate, now: () => ports.clock.now() })
  app.register(async (pages) => consoleRoutes(pages, { folder, base, guard, welcome: welcome(options.version) }))
  const office = ports.units?.office
  const { store, clock, connections, webhooks: hooks } = ports
  const deliveries = hooks && { backlog: () => hooks.store.backlog(), attempts: () => hooks.dispatch.attempts() }
  const units = office && (() => office.connected)
  const metrics = fleetMetrics({ store, now: () => clock.now(), units, deliveries, connections })
  measureRequests(app, metrics)
  const needs = { records: () => ports.store.ping(), ...ports.needs }
  app.register(async (scope) => healthRoutes(scope, { ...ports, needs, metrics, guard }))
  const { admission = 'open' } = options
  app.register(async (devices) => deviceRoutes(devices, { ...ports, openings, metrics, admission }))
  app.register(async (objects) => objectRoutes(objects, { ...ports, resumeQuirk: options.resumeQuirk }))
  const { packager } = ports
  if (packager)
    app.register(async (scope) => packagerRoutes(scope, { ...ports, ...packager, audit: ports.people.audit, base }))
  if (ports.units) serveUnits(app, { ...ports.units, base }, ports.log)
  app.register(async (api) => operatorApi(api, { ...ports, openings, guard }, options, closing.signal), {
    prefix: '/api/v1',
  })
  return app
}

function serveUnits(app: FastifyInstance, units: UnitPorts & { base: string }, log: Log): void {
  app.register(async (scope) => {
    answerProblems(scope, log)
    unitRoutes(scope, units)
  })
  unitSockets(app, { ...units, log })
}

async function operatorApi(
  api: FastifyInstance,
  ports: ServerPorts & { openings: Openings; guard: Guard },
  options: ServerOptions,
  closing: AbortSignal,
): Promise<void> {
  api.setValidatorCompiler(validatorCompiler)
  api.setSerializerCompiler(serializerCompiler)
  answerProblems(api, ports.log)
  const { secure = false, base = '' } = options
  harden(api, secure)
  keepAudit(api, { store: ports.people.audit, now: () => ports.clock.now() })
  authorize(api, ports)
  api.addHook('preHandler', refuseUnstorable)
  // Before the routes: it hears of those that come after it.
  await openapiRoute(api, options.version, base)
  const people = { ...ports.people, groups: ports.store, log: ports.log, now: () => ports.clock.now() }
  const { openid } = ports
  sessionRoutes(api, people, { secure, base, openid: openid !== undefined })
  if (openid) openIdRoutes(api, { ...people, ...openid }, { secure, base })
  peopleRoutes(api, people)
  if (ports.packager) packagerListRoutes(api, { ...people, store: ports.packager.packagers })
  auditRoutes(api, ports.people.audit)
  if (ports.projects) projectRoutes(api, ports.projects)
  if (ports.webhooks) webhookRoutes(api, { ...people, ...ports.webhooks })
  operatorRoutes(api, { ...ports, version: options.version })
  if (ports.units) operatorUnitRoutes(api, { ...ports, ...ports.units })
  eventRoute(api, { ...ports, closing })
}

function welcome(version: string): string {
  return [
    `Windlass ${version}: the fleet server.`,
    '',
    'Devices probe   POST /upgrades',
    'Operators ask   GET  /api/v1/health, /api/v1/devices, /api/v1/packages, /api/v1/rollouts, /api/v1/units, /api/v1/events',
    'Units enrol     POST /enrolment, and ask POST /sd/v7/ for their WebSocket',
    'At a shell      windlass devices | list | publish FILE | rollout start',
    '',
  ].join('\n')
}
