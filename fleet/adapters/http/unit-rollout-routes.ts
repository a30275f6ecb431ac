import {
  approvalOrder,
  page,
  pauseOrder,
  unitRolloutDetail,
  unitRolloutForecast,
  unitRolloutList,
  unitRolloutOrder,
  unitRolloutRecord,
} from '@windlass/wire/operator'
import { FleetError } from '../../fleet-error.ts'
import { forecastUnitRollout, type UnitForecastPorts } from '../../units/rollouts/forecast.ts'
import {
  abortUnitRollout,
  approveUnitRollout,
  orderUnits,
  pauseUnitRollout,
  resumeUnitRollout,
  startUnitRollout,
  takeBackUnitRollout,
  type UnitRolloutPorts,
} from '../../units/rollouts/rollouts.ts'
import type { UnitRollout } from '../../units/rollouts/unit-rollout.ts'
import { inOwnName } from './authorize.ts'
import { encodeUnitMember, encodeUnitProgress, encodeUnitRollout } from './encode-unit-rollout.ts'
import { callerIn } from './sight.ts'
import { type Api, byNumber, keyed, nextOf } from './typed-api.ts'

/** Rollouts of releases to units, below `/api/v1`. */
export function unitRolloutRoutes(api: Api, ports: UnitRolloutPorts & UnitForecastPorts): void {
  const { store, clock } = ports
  api.get('/unit-rollouts', { schema: { response: { 200: unitRolloutList } } }, async () => {
    const [rollouts, releases] = [await store.unitRollouts(), await store.releases()]
    const names = new Map(releases.map(({ id, content }) => [id, content.name]))
    const shown = rollouts.map(async (rollout) =>
      encodeUnitRollout(rollout, names.get(rollout.release) ?? '', await store.unitTallies(rollout.id)),
    )
    return { rollouts: await Promise.all(shown) }
  })
  const ordering = { body: unitRolloutOrder, headers: keyed, response: { 201: unitRolloutRecord } }
  api.post('/unit-rollouts', { schema: ordering }, async ({ body, headers }, reply) => {
    const rollout = await startUnitRollout(ports, body, headers['idempotency-key'])
    // The steward would do it soon; whoever ordered wants to see it.
    await orderUnits(ports, rollout.id)
    return reply.code(201).send(await counted(ports, rollout))
  })
  const foretelling = { body: unitRolloutOrder, response: { 200: unitRolloutForecast } }
  api.post('/unit-rollouts/forecast', { schema: foretelling }, ({ body }) => forecastUnitRollout(ports, body))
  const detail = { params: byNumber, querystring: page, response: { 200: unitRolloutDetail } }
  api.get('/unit-rollouts/:id', { schema: detail }, async ({ params: { id }, query: { limit, cursor } }) => {
    const rollout = await store.unitRollout(id)
    if (!rollout) throw new FleetError('rollout_unknown', `expected a rollout of a release, got ${id}`)
    const units = (await store.unitMembers(id, limit, cursor)).map(encodeUnitMember)
    const tallies = await store.unitTallies(id)
    const record = encodeUnitProgress(rollout, await nameOf(ports, rollout), tallies, clock.now())
    return { ...record, units, next: nextOf(units, limit, ({ unit }) => unit) }
  })
  changeRoutes(api, ports)
}

function changeRoutes(api: Api, ports: UnitRolloutPorts): void {
  const plain = { params: byNumber, response: { 200: unitRolloutRecord } }
  const at = '/unit-rollouts/:id'
  api.post(`${at}/pause`, { schema: { ...plain, body: pauseOrder.nullish() } }, async ({ params, body }) =>
    counted(ports, await pauseUnitRollout(ports, params.id, body?.reason)),
  )
  api.post(`${at}/resume`, { schema: plain }, async ({ params }) =>
    counted(ports, await resumeUnitRollout(ports, params.id)),
  )
  api.post(`${at}/abort`, { schema: plain }, async ({ params }) =>
    counted(ports, await abortUnitRollout(ports, params.id)),
  )
  api.post(`${at}/take-back`, { schema: plain }, async ({ params }) =>
    counted(ports, await takeBackUnitRollout(ports, params.id)),
  )
  api.post(`${at}/approve`, { schema: { ...plain, body: approvalOrder } }, async (request) => {
    const { params, body } = request
    return counted(ports, await approveUnitRollout(ports, params.id, inOwnName(callerIn(request), body.by)))
  })
}

async function counted(ports: UnitRolloutPorts, rollout: UnitRollout) {
  return encodeUnitRollout(rollout, await nameOf(ports, rollout), await ports.store.unitTallies(rollout.id))
}

async function nameOf({ store }: UnitRolloutPorts, { release }: UnitRollout): Promise<string> {
  return (await store.release(release))?.content.name ?? ''
}
