import {
  approvalOrder,
  page,
  pauseOrder,
  type RolloutOrder,
  rolledBack,
  rolloutDetail,
  rolloutForecast,
  rolloutList,
  rolloutOrder,
  rolloutRecord,
} from '@windlass/wire/operator'
import { FleetError } from '../../fleet-error.ts'
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
import { asSeen, seenAmong } from '../../rollout/within.ts'
import type { Rollout } from '../../store/records.ts'
import { inOwnName } from './authorize.ts'
import { encodeMember, encodeProgress, encodeRollout } from './encode.ts'
import { type Calling, callerIn, checkKnown, leaveOf, seenBy, withinFor } from './sight.ts'
import { type Api, byNumber, keyed, nextOf } from './typed-api.ts'

/** Rollouts below `/api/v1`. */
export function rolloutRoutes(api: Api, ports: RolloutPorts & { openings: Openings }): void {
  const { store, clock } = ports
  api.get('/rollouts', { schema: { response: { 200: rolloutList } } }, async (request) => {
    const within = await seenBy(request, store)
    const seen = await seenAmong(store, await store.rollouts(), within)
    const shown = seen.map(async ({ rollout, counts }) => encodeRollout(await asSeen(store, rollout, within), counts))
    return { rollouts: await Promise.all(shown) }
  })
  const ordering = { body: rolloutOrder, headers: keyed, response: { 201: rolloutRecord } }
  api.post('/rollouts', { bodyLimit: 8 * 1024 * 1024, schema: ordering }, async (request, reply) => {
    const { body, headers } = request
    checkKnown(request, ...groupNames(body))
    const rollout = await startRollout(ports, body, headers['idempotency-key'], await leaveOf(request, store))
    return reply.code(201).send(await counted(ports, request, rollout))
  })
  const foretelling = { body: rolloutOrder, response: { 200: rolloutForecast } }
  api.post('/rollouts/forecast', { bodyLimit: 8 * 1024 * 1024, schema: foretelling }, async (request) => {
    checkKnown(request, ...groupNames(request.body))
    return forecastRollout(store, request.body, clock.now(), await leaveOf(request, store))
  })
  detailRoute(api, ports)
  changeRoutes(api, ports)
  rollBackRoute(api, ports)
}

function detailRoute(api: Api, ports: RolloutPorts & { openings: Openings }): void {
  const { store, clock } = ports
  const detail = { params: byNumber, querystring: page, response: { 200: rolloutDetail } }
  api.get('/rollouts/:id', { schema: detail }, async (request) => {
    const { id } = request.params
    const { limit, cursor } = request.query
    const rollout = await store.rollout(id)
    if (!rollout) throw new FleetError('rollout_unknown', `expected a rollout of this fleet, got ${id}`)
    const within = await seenBy(request, store)
    const members = await store.members(id, limit, cursor, clock.now(), within)
    const devices = members.map((member) => encodeMember(member, rollout, clock.now(), ports))
    const counts = (await store.counts([id], within)).get(id)
    const all = await store.tallies(id)
    const tallies = { all, seen: within ? await store.tallies(id, within) : all }
    const progress = encodeProgress(await asSeen(store, rollout, within), counts, tallies, clock.now())
    return { ...progress, devices, next: nextOf(devices, limit, (d) => d.device) }
  })
}

function changeRoutes(api: Api, ports: RolloutPorts): void {
  const plain = { params: byNumber, response: { 200: rolloutRecord } }
  api.post('/rollouts/:id/pause', { schema: { ...plain, body: pauseOrder.nullish() } }, async (request) =>
    counted(ports, request, await pauseRollout(ports, request.params.id, request.body?.reason)),
  )
  api.post('/rollouts/:id/resume', { schema: plain }, async (request) =>
    counted(ports, request, await resumeRollout(ports, request.params.id)),
  )
  api.post('/rollouts/:id/abort', { schema: plain }, async (request) =>
    counted(ports, request, await abortRollout(ports, request.params.id)),
  )
  api.post('/rollouts/:id/approve', { schema: { ...plain, body: approvalOrder } }, async (request) => {
    const { params, body } = request
    return counted(ports, request, await approveRollout(ports, params.id, inOwnName(callerIn(request), body.by)))
  })
}

function rollBackRoute(api: Api, ports: RolloutPorts): void {
  const schema = { params: byNumber, response: { 200: rolledBack } }
  api.post('/rollouts/:id/roll-back', { schema }, async (request) => {
    const within = await withinFor(request, ports.store, 'operate')
    const { aborted, rollouts, left } = await rollBack(ports, request.params.id, within)
    const records = []
    for (const rollout of rollouts) records.push(await counted(ports, request, rollout))
    return { aborted: await counted(ports, request, aborted), rollouts: records, left: [...left] }
  })
}

/** The groups that an order names. */
function groupNames({ to, phases = [] }: RolloutOrder): string[] {
  return [to, ...phases.map(({ size }) => size)].flatMap((part) => ('group' in part ? part.group : []))
}

async function counted({ store }: RolloutPorts, request: Calling, rollout: Rollout) {
  const within = await seenBy(request, store)
  const counts = await store.counts([rollout.rollout], within)
  return encodeRollout(await asSeen(store, rollout, within), counts.get(rollout.rollout))
}
