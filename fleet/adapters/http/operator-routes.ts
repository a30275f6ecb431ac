import {
  deviceDetail,
  deviceHistory,
  deviceList,
  deviceQuery,
  digest,
  health,
  packageList,
  packageRecord,
  packageRule,
  retryOrder,
} from '@windlass/wire/operator'
import type { FastifyInstance } from 'fastify'
import * as z from 'zod'
import { FleetError } from '../../fleet-error.ts'
import { selectionOf } from '../../groups/manage.ts'
import type { Shelf } from '../../packages/shelf.ts'
import type { PeopleStore } from '../../people/people-store.ts'
import type { Openings } from '../../rollout/openings.ts'
import type { RolloutPorts } from '../../rollout/rollouts.ts'
import { historyLimit } from '../../store/store.ts'
import { admissionRoutes } from './admission-routes.ts'
import { detailOf } from './device-detail.ts'
import { encodeDevice, encodePackage, encodeReport } from './encode.ts'
import { groupRoutes } from './group-routes.ts'
import { rolloutRoutes } from './rollout-routes.ts'
import { checkKnown, productsWithin, seenBy } from './sight.ts'
import { type Api, nextOf, typed } from './typed-api.ts'

export interface OperatorPorts extends RolloutPorts {
  shelf: Shelf
  openings: Openings
  people: { store: Pick<PeopleStore, 'grantedGroups'> }
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
  admissionRoutes(app, ports)
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
      return reply.code(201).send(packageRecord.parse(encodePackage(kept, await store.rules())))
    })
  })
  api.get('/packages', { schema: { response: { 200: packageList } } }, async (request) => {
    const [rules, packages] = [await store.rules(), await store.packages()]
    const products = [...new Set(packages.map(({ product }) => product))]
    const seen = new Set(await productsWithin(store, products, await seenBy(request, store)))
    return { packages: packages.filter(({ product }) => seen.has(product)).map((kept) => encodePackage(kept, rules)) }
  })
  const shown = async (uid: string) => {
    const kept = await store.package(uid)
    if (!kept) throw new FleetError('package_unknown', `expected a package of this fleet, got ${uid}`)
    return encodePackage(kept, await store.rules())
  }
  const ruling = { params: byUid, body: packageRule, response: { 200: packageRecord } }
  api.put('/packages/:uid/rule', { schema: ruling }, async ({ params: { uid }, body }) => {
    await store.setRule(uid, body)
    return shown(uid)
  })
  api.get('/packages/:uid', { schema: { params: byUid, response: { 200: packageRecord } } }, async ({ params }) =>
    shown(params.uid),
  )
  api.delete('/packages/:uid', { schema: { params: byUid } }, async ({ params }, reply) => {
    await shelf.remove(params.uid)
    return reply.code(204).send()
  })
}

function deviceRoutes(api: Api, ports: OperatorPorts): void {
  const { store } = ports
  const listing = { querystring: deviceQuery, response: { 200: deviceList } }
  api.get('/devices', { schema: listing }, async (request) => {
    const { limit, cursor, ...asked } = request.query
    checkKnown(request, asked.group)
    const within = await seenBy(request, store)
    const devices = await store.devices({ ...(await selectionOf(store, asked)), within, limit, after: cursor })
    return { devices: devices.map(encodeDevice), next: nextOf(devices, limit, (d) => d.id) }
  })
  api.get('/devices/:id', { schema: { params: byDevice, response: { 200: deviceDetail } } }, async (request) =>
    detailOf(ports, request.params.id, await seenBy(request, store)),
  )
  const history = { params: byDevice, response: { 200: deviceHistory } }
  api.get('/devices/:id/history', { schema: history }, async ({ params: { id } }) => {
    await detailOf(ports, id)
    return { reports: (await store.history(id, historyLimit)).map(encodeReport) }
  })
}

function retryRoute(api: Api, ports: OperatorPorts): void {
  const { store, clock, events, log } = ports
  const schema = { params: byDevice, body: retryOrder, response: { 200: deviceDetail } }
  api.post('/devices/:id/retry', { schema }, async (request) => {
    const { params, body } = request
    const { id } = params
    await detailOf(ports, id)
    if ((await store.allowRetry(id, body.package)) === 'needless')
      throw new FleetError('retry_needless', 'expected a package that failed or was rolled back on this device')
    const detail = await detailOf(ports, id, await seenBy(request, store))
    const { version, status } = detail
    log.info('retry allowed', { device: id, package: body.package })
    const at = new Date(clock.now()).toISOString()
    events.publish({ kind: 'device', at, device: id, change: 'retry', version, status })
    return detail
  })
}
