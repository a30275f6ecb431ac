import { printQuery } from '@windlass/model'
import {
  groupName,
  labelChange,
  type UnitGroupRecord,
  unitCount,
  unitCountQuery,
  unitCounts,
  unitDetail,
  unitGroupList,
  unitGroupMembers,
  unitGroupOrder,
  unitGroupRecord,
  unitLabelOrder,
  unitsLabelled,
} from '@windlass/wire/operator'
import * as z from 'zod'
import {
  changeUnitGroup,
  labelUnits,
  newUnitGroup,
  removeUnitGroup,
  type UnitGroupPorts,
  unitGroupNamed,
  unitsLabelledBy,
  unitsMeant,
} from '../../units/groups/manage.ts'
import type { UnitGroup, UnitGroupStore } from '../../units/groups/unit-group.ts'
import type { UnitOffice } from '../../units/unit-office.ts'
import { encodeUnitDetail } from './encode-unit.ts'
import { type Api, byUnit } from './typed-api.ts'

const byName = z.object({ name: groupName })

/** Labels and groups of units, below `/api/v1`. */
export function unitGroupRoutes(api: Api, ports: UnitGroupPorts & { office: UnitOffice }): void {
  const { store } = ports
  api.get('/unit-groups', { schema: { response: { 200: unitGroupList } } }, async () => {
    const groups: UnitGroupRecord[] = []
    for (const group of await store.unitGroups()) groups.push(await counted(store, group))
    return { groups }
  })
  const ordering = { body: unitGroupOrder, response: { 201: unitGroupRecord } }
  api.post('/unit-groups', { schema: ordering }, async ({ body }, reply) =>
    reply.code(201).send(await counted(store, await newUnitGroup(ports, body))),
  )
  const one = { params: byName, response: { 200: unitGroupRecord } }
  api.get('/unit-groups/:name', { schema: one }, async ({ params: { name } }) =>
    counted(store, await unitGroupNamed(store, name)),
  )
  const changing = { ...one, body: unitGroupMembers }
  api.put('/unit-groups/:name', { schema: changing }, async ({ params: { name }, body }) =>
    counted(store, await changeUnitGroup(ports, name, body.query)),
  )
  api.delete('/unit-groups/:name', { schema: { params: byName } }, async ({ params: { name } }, reply) => {
    await removeUnitGroup(ports, name)
    return reply.code(204).send()
  })
  const counting = { querystring: unitCountQuery, response: { 200: unitCount } }
  api.get('/units/count', { schema: counting }, async ({ query }) => ({
    units: await store.countUnits(await unitsMeant(store, query)),
  }))
  api.get('/units/counts', { schema: { response: { 200: unitCounts } } }, () => store.unitCounts())
  const many = { body: unitLabelOrder, response: { 200: unitsLabelled } }
  api.post('/units/labels', { schema: many }, async ({ body }) => ({
    units: await labelUnits(ports, await unitsLabelledBy(store, body), body),
  }))
  const labelling = { params: byUnit, body: labelChange, response: { 200: unitDetail } }
  api.patch('/units/:id/labels', { schema: labelling }, async ({ params: { id }, body }) => {
    await labelUnits(ports, { units: [id] }, body)
    return encodeUnitDetail(await ports.office.known(id))
  })
}

async function counted(store: UnitGroupStore, group: UnitGroup): Promise<UnitGroupRecord> {
  const { name, query, createdAt } = group
  const units = await store.countUnits({ group })
  return { name, query: printQuery(query), units, createdAt: new Date(createdAt).toISOString() }
}
