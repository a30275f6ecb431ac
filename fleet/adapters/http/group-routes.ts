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
  type LabelChange,
  labelChange,
  labelled,
  labelOrder,
} from '@windlass/wire/operator'
import type { FastifyInstance } from 'fastify'
import * as z from 'zod'
import type { Within } from '../../groups/extent.ts'
import type { Group, GroupStore } from '../../groups/group.ts'
import {
  changeGroup,
  checkLabels,
  type GroupPorts,
  groupNamed,
  label,
  labelledBy,
  newGroup,
  removeGroup,
  selectionOf,
} from '../../groups/manage.ts'
import { reachOfCaller } from '../../people/caller.ts'
import type { PeopleStore } from '../../people/people-store.ts'
import { type DetailPorts, detailOf } from './device-detail.ts'
import { type Calling, callerIn, checkKnown, knows, seenBy, withinFor } from './sight.ts'
import { typed } from './typed-api.ts'

const byName = z.object({ name: groupName })
const byDevice = z.object({ id: digest })

type Ports = GroupPorts & DetailPorts & { people: { store: Pick<PeopleStore, 'grantedGroups'> } }

/** Groups and labels, below `/api/v1`. */
export function groupRoutes(app: FastifyInstance, ports: Ports): void {
  const { store, people, clock } = ports
  const api = typed(app)
  api.get('/groups', { schema: { response: { 200: groupList } } }, async (request) => {
    const groups: GroupRecord[] = []
    const within = await seenBy(request, store)
    for (const group of await store.groups())
      if (knows(request, group.name)) groups.push(await counted(store, group, within))
    return { groups }
  })
  // A list of 100,000 devices has room.
  const ordering = { bodyLimit: 8 * 1024 * 1024, schema: { body: groupOrder, response: { 201: groupRecord } } }
  api.post('/groups', ordering, async (request, reply) =>
    reply.code(201).send(await counted(store, await newGroup(ports, request.body), await seenBy(request, store))),
  )
  api.get('/groups/:name', { schema: { params: byName, response: { 200: groupRecord } } }, async (request) => {
    const { name } = request.params
    checkKnown(request, name)
    return counted(store, await groupNamed(store, name), await seenBy(request, store))
  })
  const changing = {
    bodyLimit: 8 * 1024 * 1024,
    schema: { params: byName, body: groupMembers, response: { 200: groupRecord } },
  }
  api.put('/groups/:name', changing, async (request) =>
    counted(store, await changeGroup(ports, request.params.name, request.body), await seenBy(request, store)),
  )
  api.delete('/groups/:name', { schema: { params: byName } }, async ({ params }, reply) => {
    await removeGroup(ports, params.name, await people.store.grantedGroups(clock.now()))
    return reply.code(204).send()
  })
  api.get('/devices/counts', { schema: { response: { 200: deviceCounts } } }, async (request) =>
    store.deviceCounts(await seenBy(request, store)),
  )
  const counting = { querystring: deviceCountQuery, response: { 200: deviceCount } }
  api.get('/devices/count', { schema: counting }, async (request) => {
    checkKnown(request, request.query.group)
    const within = await seenBy(request, store)
    return { devices: await store.countDevices({ ...(await selectionOf(store, request.query)), within }) }
  })
  labelRoutes(app, ports)
}

function labelRoutes(app: FastifyInstance, ports: Ports): void {
  const { store, people, clock } = ports
  const api = typed(app)
  const checkChange = async (request: Calling, change: LabelChange): Promise<void> => {
    if (reachOfCaller(callerIn(request), 'operate') === 'everywhere') return
    await checkLabels(store, await people.store.grantedGroups(clock.now()), change)
  }
  const many = { bodyLimit: 8 * 1024 * 1024, schema: { body: labelOrder, response: { 200: labelled } } }
  api.post('/devices/labels', many, async (request) => {
    const { body } = request
    checkKnown(request, 'group' in body.to ? body.to.group : undefined)
    await checkChange(request, body)
    const within = await withinFor(request, store, 'operate')
    return { devices: await label(ports, { ...(await labelledBy(store, body)), within }, body) }
  })
  const one = { params: byDevice, body: labelChange, response: { 200: deviceDetail } }
  api.patch('/devices/:id/labels', { schema: one }, async (request) => {
    const { id } = request.params
    await checkChange(request, request.body)
    await label(ports, { devices: [id] }, request.body)
    return detailOf(ports, id, await seenBy(request, store))
  })
}

async function counted(store: GroupStore, group: Group, within: Within): Promise<GroupRecord> {
  const { name, members, createdAt } = group
  return {
    name,
    query: 'query' in members ? printQuery(members.query) : null,
    devices: await store.countDevices({ group, within }),
    createdAt: new Date(createdAt).toISOString(),
  }
}
