import type { Clock, Log } from '@windlass/platform'
import {
  blobDigest,
  itemList,
  itemOrder,
  itemRecord,
  releaseList,
  releaseOrder,
  releaseRecord,
  revocation,
  revocationOrder,
  unitDetail,
  unitList,
  unitOrder,
  unitQuery,
} from '@windlass/wire/operator'
import type { FastifyInstance } from 'fastify'
import * as z from 'zod'
import type { BlobFiles } from '../../blobs/blob-files.ts'
import { FleetError } from '../../fleet-error.ts'
import type { ClaimPorts } from '../../identity/claims.ts'
import type { Events } from '../../telemetry/events.ts'
import { unitsMeant } from '../../units/groups/manage.ts'
import { addItem } from '../../units/items.ts'
import type { Pulls } from '../../units/pulls/pulls.ts'
import { checkRelease } from '../../units/release.ts'
import type { UnitOffice } from '../../units/unit-office.ts'
import type { UnitStore } from '../../units/unit-store.ts'
import { claimRoutes } from './claim-routes.ts'
import { encodeItem, encodeRelease, encodeUnit, encodeUnitDetail } from './encode-unit.ts'
import { pullRoutes } from './pull-routes.ts'
import { type Api, byNumber, byUnit, nextOf, typed } from './typed-api.ts'
import { unitGroupRoutes } from './unit-group-routes.ts'
import { unitNewsRoutes } from './unit-news-routes.ts'
import { unitRolloutRoutes } from './unit-rollout-routes.ts'

export interface OperatorUnitPorts {
  store: UnitStore
  blobs: BlobFiles
  office: UnitOffice
  clock: Clock
  log: Log
  events: Events
  claims: ClaimPorts
  maxUploadBytes: number
  /** Absent: nothing is fetched from registries. */
  pulls?: Pick<Pulls, 'ask'>
}

const byDigest = z.object({ digest: blobDigest })

/** The operator API of units, items and releases, below `/api/v1`. */
export function operatorUnitRoutes(app: FastifyInstance, ports: OperatorUnitPorts): void {
  const api = typed(app)
  blobRoutes(api, ports)
  itemRoutes(api, ports)
  if (ports.pulls) pullRoutes(api, ports.pulls)
  releaseRoutes(api, ports)
  unitRoutes(api, ports)
  unitNewsRoutes(app, ports)
  unitGroupRoutes(api, ports)
  unitRolloutRoutes(api, ports)
  claimRoutes(api, ports)
}

function blobRoutes(api: Api, { store, blobs, maxUploadBytes }: OperatorUnitPorts): void {
  api.head('/blobs/:digest', { schema: { params: byDigest } }, async ({ params: { digest } }, reply) => {
    const [blob] = await store.blobs([digest])
    return reply.code(blob ? 200 : 404).send()
  })
  api.register(async (uploads) => {
    uploads.removeAllContentTypeParsers()
    uploads.addContentTypeParser('application/octet-stream', (_request, payload, done) => done(null, payload))
    const options = { bodyLimit: Number.MAX_SAFE_INTEGER, schema: { params: byDigest } }
    typed(uploads).put('/blobs/:digest', options, async (request, reply) => {
      const blob = await blobs.put(request.params.digest, request.raw, maxUploadBytes)
      await store.addBlob(blob)
      return reply.code(201).send({ digest: blob.digest, size: blob.size })
    })
  })
}

function itemRoutes(api: Api, { store, blobs, claims }: OperatorUnitPorts): void {
  api.get('/items', { schema: { response: { 200: itemList } } }, async () => ({
    items: (await store.items()).map(encodeItem),
  }))
  api.post('/items', { schema: { body: itemOrder, response: { 201: itemRecord } } }, async ({ body }, reply) =>
    reply.code(201).send(encodeItem(await addItem({ store, blobs, now: claims.now }, body))),
  )
}

function releaseRoutes(api: Api, { store, claims }: OperatorUnitPorts): void {
  api.get('/releases', { schema: { response: { 200: releaseList } } }, async () => ({
    releases: (await store.releases()).map(encodeRelease),
  }))
  api.get(
    '/releases/:id',
    { schema: { params: byNumber, response: { 200: releaseRecord } } },
    async ({ params: { id } }) => {
      const release = await store.release(id)
      if (!release) throw new FleetError('release_unknown', `expected a release, got ${id}`)
      return encodeRelease(release)
    },
  )
  api.post(
    '/releases',
    { schema: { body: releaseOrder, response: { 201: releaseRecord } } },
    async ({ body }, reply) => {
      const release = await store.addRelease(checkRelease(body, await store.items()), claims.now())
      return reply.code(201).send(encodeRelease(release))
    },
  )
}

function unitRoutes(api: Api, { store, office }: OperatorUnitPorts): void {
  api.get(
    '/units',
    { schema: { querystring: unitQuery, response: { 200: unitList } } },
    async ({ query: { limit, cursor, ...asked } }) => {
      const units = await store.units({ ...(await unitsMeant(store, asked)), limit, after: cursor })
      const described = await Promise.all(units.map((unit) => office.describe(unit)))
      return { units: described.map(encodeUnit), next: nextOf(units, limit, ({ id }) => id) }
    },
  )
  api.get('/units/:id', { schema: { params: byUnit, response: { 200: unitDetail } } }, async ({ params: { id } }) =>
    encodeUnitDetail(await office.known(id)),
  )
  const ordering = { params: byUnit, body: unitOrder, response: { 200: unitDetail } }
  api.put('/units/:id/release', { schema: ordering }, async ({ params: { id }, body: { release } }) =>
    encodeUnitDetail(await office.setRelease(id, release)),
  )
  const revoking = { params: byUnit, body: revocationOrder, response: { 200: revocation } }
  api.post('/units/:id/revocation', { schema: revoking }, async ({ params: { id } }) => ({
    id,
    certificates: await office.revoke(id),
  }))
}
