import type { Clock } from '@windlass/platform'
import {
  deviceDetail,
  deviceHistory,
  deviceList,
  deviceQuery,
  digest,
  health,
  packageList,
  packageRecord,
  page,
  retryOrder,
  rolloutDetail,
  rolloutList,
  rolloutOrder,
  rolloutRecord,
} from '@windlass/wire/operator'
import type { FastifyInstance } from 'fastify'
import * as z from 'zod'
import { FleetError } from '../../fleet-error.ts'
import { selectionOf } from '../../groups/manage.ts'
import type { Shelf } from '../../packages/shelf.ts'
import { type RolloutPorts, startRollout, stopRollout } from '../../rollout/rollouts.ts'
import { historyLimit, type Store } from '../../store/store.ts'
import { encodeDetail, encodeDevice, encodeMember, encodePackage, encodeReport, encodeRollout } from './encode.ts'
import { groupRoutes } from './group-routes.ts'
import { type Api, byNumber, typed } from './typed-api.ts'

export interface OperatorPorts extends RolloutPorts {
  shelf: Shelf
  version: string
}

const byUid = z.object({ uid: digest })
const byDevice = z.object({ id: digest })

/** The operator API below `/api/v1`, but for its events. */
export function operatorRoutes(app: FastifyInstance, ports: OperatorPorts): void {
  const api = typed(app)
  packageRoutes(api, ports)
  rolloutRoutes(api, ports)
  deviceRoutes(api, ports)
  retryRoute(api, ports)
  groupRoutes(app, ports)
  api.get('/health', { schema: { response: { 200: health } } }, async () => {
    await ports.store.ping()
    return { status: 'ok' as const, version: ports.version, uptimeSeconds: Math.round(ports.clock.uptime() / 1000) }
  })
}

function packageRoutes(api: Api, { store, shelf }: OperatorPorts): void {
  api.register(async (uploads) => {
    // The body is not read before the handler asks for it, and never as a whole.
    uploads.removeAllContentTypeParsers()
    uploads.addContentTypeParser('application/octet-stream', (_request, payload, done) => done(null, payload))
    typed(uploads).post('/packages', { bodyLimit: Number.MAX_SAFE_INTEGER }, async (request, reply) => {
      const gone = new AbortController()
      request.raw.once('close', () => request.raw.complete || gone.abort())
      const kept = await shelf.receive(request.raw, gone.signal)
      return reply.code(201).send(packageRecord.parse(encodePackage(kept)))
    })
  })
  api.get('/packages', { schema: { response: { 200: packageList } } }, async () => ({
    packages: (await store.packages()).map(encodePackage),
  }))
  api.get('/packages/:uid', { schema: { params: byUid, response: { 200: packageRecord } } }, async ({ params }) => {
    const kept = await store.package(params.uid)
    if (!kept) throw new FleetError('package_unknown', `expected a package of this fleet, got ${params.uid}`)
    return encodePackage(kept)
  })
  api.delete('/packages/:uid', { schema: { params: byUid } }, async ({ params }, reply) => {
    await shelf.remove(params.uid)
    return reply.code(204).send()
  })
}

function rolloutRoutes(api: Api, ports: OperatorPorts): void {
  const { store, clock } = ports
  const counted = async (id: number) => (await store.counts([id])).get(id)
  api.get('/rollouts', { schema: { response: { 200: rolloutList } } }, async () => {
    const rollouts = await store.rollouts()
    const counts = await store.counts(rollouts.map((r) => r.rollout))
    return { rollouts: rollouts.map((r) => encodeRollout(r, counts.get(r.rollout))) }
  })
  const ordering = { body: rolloutOrder, response: { 201: rolloutRecord } }
  api.post('/rollouts', { bodyLimit: 8 * 1024 * 1024, schema: ordering }, async ({ body }, reply) => {
    const rollout = await startRollout(ports, body)
    return reply.code(201).send(encodeRollout(rollout, await counted(rollout.rollout)))
  })
  const detail = { params: byNumber, querystring: page, response: { 200: rolloutDetail } }
  api.get('/rollouts/:id', { schema: detail }, async ({ params: { id }, query: { limit, cursor } }) => {
    const rollout = await store.rollout(id)
    if (!rollout) throw new FleetError('rollout_unknown', `expected a rollout, got ${id}`)
    const members = await store.members(id, limit, cursor)
    const devices = members.map((member) => encodeMember(member, rollout, clock.now()))
    return { ...encodeRollout(rollout, await counted(id)), devices, next: nextOf(devices, limit, (d) => d.device) }
  })
  const stopping = { params: byNumber, response: { 200: rolloutRecord } }
  api.post('/rollouts/:id/stop', { schema: stopping }, async ({ params: { id } }) =>
    encodeRollout(await stopRollout(ports, id), await counted(id)),
  )
}

function deviceRoutes(api: Api, { store, clock }: OperatorPorts): void {
  const listing = { querystring: deviceQuery, response: { 200: deviceList } }
  api.get('/devices', { schema: listing }, async ({ query: { limit, cursor, ...asked } }) => {
    const devices = await store.devices({ ...(await selectionOf(store, asked)), limit, after: cursor })
    return { devices: devices.map(encodeDevice), next: nextOf(devices, limit, (d) => d.id) }
  })
  api.get('/devices/:id', { schema: { params: byDevice, response: { 200: deviceDetail } } }, async ({ params }) =>
    detailOf(store, clock, params.id),
  )
  const history = { params: byDevice, response: { 200: deviceHistory } }
  api.get('/devices/:id/history', { schema: history }, async ({ params: { id } }) => {
    await detailOf(store, clock, id)
    return { reports: (await store.history(id, historyLimit)).map(encodeReport) }
  })
}

function retryRoute(api: Api, { store, clock, events, log }: OperatorPorts): void {
  const schema = { params: byDevice, body: retryOrder, response: { 200: deviceDetail } }
  api.post('/devices/:id/retry', { schema }, async ({ params: { id }, body }) => {
    await detailOf(store, clock, id)
    if ((await store.allowRetry(id, body.package)) === 'needless')
      throw new FleetError('retry_needless', 'expected a package that failed or was rolled back on this device')
    const detail = await detailOf(store, clock, id)
    const { version, status } = detail
    log.info('retry allowed', { device: id, package: body.package })
    const at = new Date(clock.now()).toISOString()
    events.publish({ kind: 'device', at, device: id, change: 'retry', version, status })
    return detail
  })
}

async function detailOf(store: Store, clock: Clock, id: string) {
  const known = await store.known(id)
  if (!known) throw new FleetError('device_unknown', `expected a device of this fleet, got ${id}`)
  return encodeDetail(known, clock.now())
}

function nextOf<T>(list: readonly T[], limit: number, idOf: (item: T) => string): string | null {
  const last = list.at(-1)
  return last !== undefined && list.length === limit ? idOf(last) : null
}
