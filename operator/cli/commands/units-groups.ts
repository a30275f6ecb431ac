import type { UnitGroupRecord } from '@windlass/wire/operator'
import { command } from '../command.ts'
import { connect, fleetParam } from '../fleet/connect.ts'
import { facts, table } from '../page/table.ts'
import { needed, required } from '../params.ts'

const name = required('<name>', 'name of the group')
const query = needed('--query <query>', "such as 'model = boat and label.site = Oslo' (docs/query.md)")

export const unitsGroupsNew = command({
  name: 'units groups new',
  description: 'Name some units: those of which a query is true, later ones too',
  params: { name, query, fleet: fleetParam },
  async run({ name, query, fleet }, io) {
    const group = await connect(fleet, io).addUnitGroup({ name, query })
    return { page: groupPage(group), json: group }
  },
})

export const unitsGroupsChange = command({
  name: 'units groups change',
  description: 'Let a group mean other units; rollouts keep whom it meant when they started',
  params: { name, query, fleet: fleetParam },
  async run({ name, query, fleet }, io) {
    const group = await connect(fleet, io).changeUnitGroup(name, { query })
    return { page: groupPage(group), json: group }
  },
})

export const unitsGroupsList = command({
  name: 'units groups list',
  description: 'List the groups of units, and how many units are in each now',
  params: { fleet: fleetParam },
  async run({ fleet }, io) {
    const groups = await connect(fleet, io).unitGroups()
    const rows = groups.map((group) => [group.name, String(group.units), group.query])
    const none = 'No groups of units yet. Make one: windlass units groups new NAME --query QUERY'
    return { page: rows.length > 0 ? table(rows, ['GROUP', 'UNITS', 'QUERY']) : none, json: { groups } }
  },
})

export const unitsGroupsShow = command({
  name: 'units groups show',
  description: 'Show one group of units; `windlass units --group NAME` lists who is in it',
  params: { name, fleet: fleetParam },
  async run({ name, fleet }, io) {
    const group = await connect(fleet, io).unitGroup(name)
    return { page: groupPage(group), json: group }
  },
})

export const unitsGroupsRemove = command({
  name: 'units groups remove',
  description: 'Forget a group of units; its units stay as they are',
  params: { name, fleet: fleetParam },
  async run({ name, fleet }, io) {
    await connect(fleet, io).removeUnitGroup(name)
    return { page: `Group ${name} is gone.`, json: { removed: name } }
  },
})

function groupPage({ name, query, units, createdAt }: UnitGroupRecord): string {
  return facts({ group: name, query, units: String(units), created: createdAt })
}
