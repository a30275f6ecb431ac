import { envOrder, logOrder, logRequest, unitAlerts, unitEnv, unitLogs, unitMonitoring } from '@windlass/wire/operator'
import type { FastifyInstance } from 'fastify'
import type { UnitOffice } from '../../units/unit-office.ts'
import type { UnitStore } from '../../units/unit-store.ts'
import { moment } from './encode.ts'
import { type Api, byUnit, typed } from './typed-api.ts'

/** What units say beside their status, and what they are asked or told beside their release. */
export function unitNewsRoutes(app: FastifyInstance, ports: { store: UnitStore; office: UnitOffice }): void {
  const { store, office } = ports
  const api = typed(app)
  const alerts = { params: byUnit, response: { 200: unitAlerts } }
  api.get('/units/:id/alerts', { schema: alerts }, async ({ params: { id } }) => {
    await office.known(id)
    const said = await store.news(id, 'alert')
    return { alerts: said.map(({ at, content }) => ({ at: moment(at), alert: { ...content } })) }
  })
  const monitoring = { params: byUnit, response: { 200: unitMonitoring } }
  api.get('/units/:id/monitoring', { schema: monitoring }, async ({ params: { id } }) => {
    await office.known(id)
    const said = await store.news(id, 'monitoring')
    const plain = <T extends object>(list: readonly T[]) => list.map((entry) => ({ ...entry }))
    return {
      monitoring: said.map(({ at, content: { nodes, instances } }) => ({
        at: moment(at),
        nodes: plain(nodes),
        instances: plain(instances),
      })),
    }
  })
  logRoutes(api, office)
  envRoutes(api, ports)
}

function logRoutes(api: Api, office: UnitOffice): void {
  api.get(
    '/units/:id/logs',
    { schema: { params: byUnit, response: { 200: unitLogs } } },
    async ({ params: { id } }) => {
      await office.known(id)
      const { parts, unanswered } = await office.logs.answers(id)
      return { parts: parts.map(({ at, content }) => ({ at: moment(at), ...content })), unanswered }
    },
  )
  const asking = { params: byUnit, body: logOrder, response: { 202: logRequest } }
  api.post('/units/:id/logs', { schema: asking }, async ({ params: { id }, body }, reply) => {
    const { type, nodeIds, itemId, from, till } = body
    const request = await office.requestLog(id, {
      type,
      nodeIds,
      filter: itemId === undefined ? {} : { itemId },
      ...(from !== undefined && { fromMs: Date.parse(from) }),
      ...(till !== undefined && { tillMs: Date.parse(till) }),
    })
    return reply.code(202).send({ request })
  })
}

function envRoutes(api: Api, { store, office }: { store: UnitStore; office: UnitOffice }): void {
  const shown = async (id: string) => {
    const [ordered] = await store.news(id, 'env')
    const [said] = await store.news(id, 'env_status')
    const statuses = said?.content.map(({ ident, name, error }) => ({ ...ident, name, error: error?.message ?? null }))
    return { items: ordered?.content ?? [], statuses: statuses ?? null }
  }
  api.get('/units/:id/env', { schema: { params: byUnit, response: { 200: unitEnv } } }, async ({ params: { id } }) => {
    await office.known(id)
    return shown(id)
  })
  const ordering = { params: byUnit, body: envOrder, response: { 200: unitEnv } }
  api.put('/units/:id/env', { schema: ordering }, async ({ params: { id }, body }) => {
    await office.setEnv(id, body.items)
    return shown(id)
  })
}
