import type { GroupMembers, OperatorClient } from '@windlass/wire/operator'
import { CliError } from '../cli-error.ts'
import { command } from '../command.ts'
import { connect, fleetParam } from '../fleet/connect.ts'
import { groupPage } from '../fleet/group-page.ts'
import { devicesNamed } from '../fleet/name.ts'
import { table } from '../page/table.ts'
import { optional, required, several } from '../params.ts'

const name = required('<name>', 'name of the group')
const query = optional('--query <query>', "such as 'label.site = Oslo and version < 3.2' (docs/query.md)")
const device = several('--device <id...>', 'these devices (ids or their first digits)')

export const groupsNew = command({
  name: 'groups new',
  description: 'Name some devices: those of which a query is true, later ones too, or a list',
  params: { name, query, device, fleet: fleetParam },
  async run({ name, query, device, fleet }, io) {
    const client = connect(fleet, io)
    const group = await client.addGroup({ name, ...(await membersAsked(client, query, device)) })
    return { page: groupPage(group), json: group }
  },
})

export const groupsChange = command({
  name: 'groups change',
  description: 'Let a group mean other devices; rollouts keep whom it meant when they started',
  params: { name, query, device, fleet: fleetParam },
  async run({ name, query, device, fleet }, io) {
    const client = connect(fleet, io)
    const group = await client.changeGroup(name, await membersAsked(client, query, device))
    return { page: groupPage(group), json: group }
  },
})

export const groupsList = command({
  name: 'groups list',
  description: 'List the groups, and how many devices are in each now',
  params: { fleet: fleetParam },
  async run({ fleet }, io) {
    const groups = await connect(fleet, io).groups()
    const rows = groups.map((group) => [group.name, String(group.devices), group.query ?? '(devices listed)'])
    const none = 'No groups yet. Make one: windlass groups new NAME --query QUERY'
    return { page: rows.length > 0 ? table(rows, ['GROUP', 'DEVICES', 'QUERY']) : none, json: { groups } }
  },
})

export const groupsShow = command({
  name: 'groups show',
  description: 'Show one group; `windlass devices --group NAME` lists who is in it',
  params: { name, fleet: fleetParam },
  async run({ name, fleet }, io) {
    const group = await connect(fleet, io).group(name)
    return { page: groupPage(group), json: group }
  },
})

export const groupsRemove = command({
  name: 'groups remove',
  description: 'Forget a group; its devices stay as they are',
  params: { name, fleet: fleetParam },
  async run({ name, fleet }, io) {
    await connect(fleet, io).removeGroup(name)
    return { page: `Group ${name} is gone.`, json: { removed: name } }
  },
})

async function membersAsked(
  client: OperatorClient,
  query: string | undefined,
  device: readonly string[],
): Promise<GroupMembers> {
  if ((query === undefined) === (device.length === 0))
    throw new CliError('usage', `expected either --query or --device, got ${device.length > 0 ? 'both' : 'none'}`)
  return query === undefined ? { devices: await devicesNamed(client, device) } : { query }
}
