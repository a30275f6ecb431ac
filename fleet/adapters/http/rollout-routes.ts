import {
  approvalOrder,
  page,
  pauseOrder,
  rolledBack,
  rolloutDetail,
  rolloutForecast,
  rolloutList,
  rolloutOrder,
  rolloutRecord,
} from '@windlass/wire/operator'
import { FleetError } from '../../fleet-error.ts'
import { reaches } from '../../people/roles.ts'
import { forecastRollout } from '../../rollout/forecast.ts'
import type { Openings } from '../../rollout/openings.ts'
import { rollBack } from '../../rollout/roll-back.ts'
import {
  abortRollout,
  approveRollout,
  pauseRollout,
  type RolloutPorts,
  resumeRollout,
  startRollout,
} from '../../rollout/rollouts.ts'
import type { Rollout } from '../../store/records.ts'
import { callerIn, inOwnName, seenBy } from './authorize.ts'
import { encodeMember, encodeProgress, encodeRollout } from './encode.ts'
import { type Api, byNumber, keyed, nextOf } from './typed-api.ts'

/** Rollouts below `/api/v1`. */
export function rolloutRoutes(api: Api, ports: RolloutPorts & { openings: Openings }): void {
  const { store, clock } = ports
  api.get('/rollouts', { schema: { response: { 200: rolloutList } } }, async (request) => {
    const rollouts = (await store.rollouts()).filter(({ product }) => reaches(seenBy(request), product))
    const counts = await store.counts(rollouts.map((r) => r.rollout))
    return { rollouts: rollouts.map((r) => encodeRollout(r, counts.get(r.rollout))) }
  })
  const ordering = { body: rolloutOrder, headers: keyed, response: { 201: rolloutRecord } }
  api.post('/rollouts', { bodyLimit: 8 * 1024 * 1024, schema: ordering }, async ({ body, headers }, reply) => {
    const rollout = await startRollout(ports, body, headers['idempotency-key'])
    return reply.code(201).send(await counted(ports, rollout))
  })
  const foretelling = { body: rolloutOrder, response: { 200: rolloutForecast } }
  api.post('/rollouts/forecast', { bodyLimit: 8 * 1024 * 1024, schema: foretelling }, async ({ body }) =>
    forecastRollout(store, body, clock.now()),
  )
  const detail = { params: byNumber, querystring: page, response: { 200: rolloutDetail } }
  api.get('/rollouts/:id', { schema: detail }, async ({ params: { id }, query: { limit, cursor } }) => {
    const rollout = await store.rollout(id)
    if (!rollout) throw new FleetError('rollout_unknown', `expected a rollout, got ${id}`)
    const members = await store.members(id, limit, cursor, clock.now())
    const devices = members.map((member) => encodeMember(member, rollout, clock.now(), ports))
    const counts = (await store.counts([id])).get(id)
    const progress = encodeProgress(rollout, counts, await store.tallies(id), clock.now())
    return { ...progress, devices, next: nextOf(devices, limit, (d) => d.device) }
  })
  changeRoutes(api, ports)
  rollBackRoute(api, ports)
}

function changeRoutes(api: Api, ports: RolloutPorts): void {
  const plain = { params: byNumber, response: { 200: rolloutRecord } }
  api.post('/rollouts/:id/pause', { schema: { ...plain, body: pauseOrder.nullish() } }, async ({ params, body }) =>
    counted(ports, await pauseRollout(ports, params.id, body?.reason)),
  )
  api.post('/rollouts/:id/resume', { schema: plain }, async ({ params }) =>
    counted(ports, await resumeRollout(ports, params.id)),
  )
  api.post('/rollouts/:id/abort', { schema: plain }, async ({ params }) =>
    counted(ports, await abortRollout(ports, params.id)),
  )
  api.post('/rollouts/:id/approve', { schema: { ...plain, body: approvalOrder } }, async (request) => {
    const { params, body } = request
    return counted(ports, await approveRollout(ports, params.id, inOwnName(callerIn(request), body.by)))
  })
}

function rollBackRoute(api: Api, ports: RolloutPorts): void {
  const schema = { params: byNumber, response: { 200: rolledBack } }
  api.post('/rollouts/:id/roll-back', { schema }, async ({ params }) => {
    const { aborted, rollouts, left } = await rollBack(ports, params.id)
    const records = []
    for (const rollout of rollouts) records.push(await counted(ports, rollout))
    return { aborted: await counted(ports, aborted), rollouts: records, left: [...left] }
  })
}

async function counted({ store }: RolloutPorts, rollout: Rollout) {
  const { rollout: id } = rollout
  return encodeRollout(rollout, (await store.counts([id])).get(id))
}
