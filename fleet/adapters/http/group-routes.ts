import { printQuery } from '@windlass/model'
import {
  deviceCount,
  deviceCountQuery,
  deviceCounts,
  deviceDetail,
  digest,
  type GroupRecord,
  groupList,
  groupMembers,
  groupName,
  groupOrder,
  groupRecord,
  labelChange,
  labelled,
  labelOrder,
} from '@windlass/wire/operator'
import type { FastifyInstance } from 'fastify'
import * as z from 'zod'
import type { Group, GroupStore, Selection } from '../../groups/group.ts'
import {
  changeGroup,
  type GroupPorts,
  groupNamed,
  label,
  labelledBy,
  newGroup,
  removeGroup,
  selectionOf,
} from '../../groups/manage.ts'
import { productsSeen } from './authorize.ts'
import { type DetailPorts, detailOf } from './device-detail.ts'
import { typed } from './typed-api.ts'

const byName = z.object({ name: groupName })
const byDevice = z.object({ id: digest })

/** Groups and labels, below `/api/v1`. */
export function groupRoutes(app: FastifyInstance, ports: GroupPorts & DetailPorts): void {
  const { store } = ports
  const api = typed(app)
  api.get('/groups', { schema: { response: { 200: groupList } } }, async (request) => {
    const groups: GroupRecord[] = []
    for (const group of await store.groups()) groups.push(await counted(store, group, productsSeen(request)))
    return { groups }
  })
  // A list of 100,000 devices has room.
  const ordering = { bodyLimit: 8 * 1024 * 1024, schema: { body: groupOrder, response: { 201: groupRecord } } }
  api.post('/groups', ordering, async (request, reply) =>
    reply.code(201).send(await counted(store, await newGroup(ports, request.body), productsSeen(request))),
  )
  api.get('/groups/:name', { schema: { params: byName, response: { 200: groupRecord } } }, async (request) =>
    counted(store, await groupNamed(store, request.params.name), productsSeen(request)),
  )
  const changing = {
    bodyLimit: 8 * 1024 * 1024,
    schema: { params: byName, body: groupMembers, response: { 200: groupRecord } },
  }
  api.put('/groups/:name', changing, async (request) =>
    counted(store, await changeGroup(ports, request.params.name, request.body), productsSeen(request)),
  )
  api.delete('/groups/:name', { schema: { params: byName } }, async ({ params }, reply) => {
    await removeGroup(ports, params.name)
    return reply.code(204).send()
  })
  api.get('/devices/counts', { schema: { response: { 200: deviceCounts } } }, async (request) =>
    store.deviceCounts(productsSeen(request)),
  )
  const counting = { querystring: deviceCountQuery, response: { 200: deviceCount } }
  api.get('/devices/count', { schema: counting }, async (request) => ({
    devices: await store.countDevices({
      ...(await selectionOf(store, request.query)),
      products: productsSeen(request),
    }),
  }))
  labelRoutes(app, ports)
}

function labelRoutes(app: FastifyInstance, ports: GroupPorts & DetailPorts): void {
  const { store } = ports
  const api = typed(app)
  const many = { bodyLimit: 8 * 1024 * 1024, schema: { body: labelOrder, response: { 200: labelled } } }
  api.post('/devices/labels', many, async ({ body }) => ({
    devices: await label(ports, await labelledBy(store, body), body),
  }))
  const one = { params: byDevice, body: labelChange, response: { 200: deviceDetail } }
  api.patch('/devices/:id/labels', { schema: one }, async ({ params: { id }, body }) => {
    await label(ports, { devices: [id] }, body)
    return detailOf(ports, id)
  })
}

async function counted(store: GroupStore, group: Group, products: Selection['products']): Promise<GroupRecord> {
  const { name, members, createdAt } = group
  return {
    name,
    query: 'query' in members ? printQuery(members.query) : null,
    devices: await store.countDevices({ group, products }),
    createdAt: new Date(createdAt).toISOString(),
  }
}
