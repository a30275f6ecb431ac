import type { Clock, Log } from '@windlass/platform'
import { problemStatus } from '@windlass/wire/operator'
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { FleetError } from '../../fleet-error.ts'
import { credentialOf, whyUnsigned } from '../../identity/uh-v1.ts'
import type { PackagerStore } from '../../packagers/packager.ts'
import type { Pushes } from '../../packages/pushes.ts'
import type { AuditStore } from '../../people/audit.ts'
import type { Store } from '../../store/store.ts'
import { note } from './audit.ts'
import { auditPushes } from './audit-pushes.ts'
import { baseUrlOf } from './unit-routes.ts'

export interface PackagerPorts {
  pushes: Pushes
  store: Store
  clock: Clock
  log: Log
  /** Secrets of packagers by access id, as the settings have them. */
  secrets: ReadonlyMap<string, string>
  packagers: PackagerStore
  audit: AuditStore
  base: string
}

interface OfPackage {
  Params: { uid: string }
}
interface OfObject {
  Params: { uid: string; object: string }
  Querystring: { ticket?: string }
}

const root = '/uhu'
const metadataLimit = 1024 * 1024
const minuteMs = 60_000

/**
 * What `uhu package push` asks with this fleet's address and `/uhu` behind it as its server (updatehub.md 6.6). All but the
 * bytes of objects is signed (6.7); those go to an address that only a signed request is told.
 */
export function packagerRoutes(app: FastifyInstance, ports: PackagerPorts): void {
  app.setErrorHandler((error: FastifyError, request, reply) => refuse(ports, error, request, reply))
  app.register(async (scope) => signedRoutes(scope, ports), { prefix: root })
  app.register(async (scope) => {
    scope.removeAllContentTypeParsers()
    scope.addContentTypeParser('*', (_request, payload, done) => done(null, payload))
    const options = { bodyLimit: Number.MAX_SAFE_INTEGER }
    scope.put<OfObject>(`${root}/storage/:uid/:object`, options, async ({ params, query, raw }, reply) => {
      await ports.pushes.put(params.uid, params.object, String(query.ticket), raw)
      return reply.code(201).send()
    })
  })
}

function signedRoutes(app: FastifyInstance, ports: PackagerPorts): void {
  const { pushes, store } = ports
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit: metadataLimit }, (_request, body, done) =>
    done(null, body),
  )
  auditPushes(app, { audit: ports.audit, now: () => ports.clock.now() })
  app.addHook('preHandler', async (request) => admitPackager(request, ports))
  app.post('/packages', async (request, reply) => {
    const said = request.headers['uh-signature']
    // Upstream's packager sends Python's word for nothing (updatehub.md 6.6).
    const signature = typeof said === 'string' && said !== 'None' ? said : ''
    return reply.code(201).send({ uid: await pushes.begin(bodyOf(request), signature) })
  })
  app.post<OfObject>('/packages/:uid/objects/:object', async (request, reply) => {
    const { uid, object } = request.params
    const ticket = await pushes.ticket(uid, object)
    if (ticket === undefined) return reply.code(200).send({})
    const url = `${baseUrlOf(request.raw, ports.base)}${root}/storage/${uid}/${object}?ticket=${ticket}`
    return reply.code(201).send({ storage: 'dummy', url })
  })
  app.put<OfPackage>('/packages/:uid/finish', async (request, reply) => {
    const { uid } = request.params
    note(request, { made: uid })
    // A packager that did not hear the answer asks again.
    if ((await pushes.isOpen(uid)) || !(await store.package(uid))) await pushes.finish(uid)
    return reply.code(200).send({ uid, status: 'finished' })
  })
  app.get<OfPackage>('/packages/:uid', async ({ params: { uid } }, reply) => {
    if (await store.package(uid)) return reply.send({ uid, status: 'finished' })
    if (await pushes.isOpen(uid)) return reply.send({ uid, status: 'pending' })
    throw new FleetError('package_unknown', `expected a package of this fleet, got ${uid}`)
  })
}

async function admitPackager(request: FastifyRequest, ports: PackagerPorts): Promise<void> {
  const { secrets, packagers, clock, base } = ports
  const [path = '', query] = (request.raw.url ?? '').split('?')
  const { method, headers } = request
  // It signed the path that it asked for, with what names the project.
  const signed = { method, path: base + path, query: new URLSearchParams(query), headers, body: bodyOf(request) }
  const id = credentialOf(signed) ?? ''
  const found = secrets.has(id) ? undefined : await packagers.packager(id)
  const now = clock.now()
  const why = whyUnsigned(signed, secrets.get(id) ?? found?.secret, now)
  if (why !== undefined) throw new FleetError('token_wrong', why)
  note(request, { who: found?.name ?? id })
  if (found && (found.lastUsed ?? 0) + minuteMs <= now) await packagers.used(id, now)
}

function bodyOf(request: FastifyRequest): Uint8Array {
  return request.body instanceof Uint8Array ? request.body : new Uint8Array()
}

function refuse(
  { log }: PackagerPorts,
  error: FastifyError,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  const status = error instanceof FleetError ? problemStatus[error.code] : (error.statusCode ?? 500)
  const route = request.routeOptions.url
  if (error instanceof FleetError && request.noted) note(request, { code: error.code })
  if (!request.raw.complete) reply.header('connection', 'close')
  if (status >= 500 && !(error instanceof FleetError)) {
    log.error('request failed', { route, why: error.message })
    return reply.code(500).send({ error_message: 'the fleet could not do this; its log says why' })
  }
  log.warning('push refused', { route, why: error.message })
  return reply.code(status).send({ error_message: error.message })
}
