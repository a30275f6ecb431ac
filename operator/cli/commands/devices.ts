import type { DeviceDetail, DeviceRecord, OperatorClient } from '@windlass/wire/operator'
import { command, type Result } from '../command.ts'
import { connect, fleetParam } from '../fleet/connect.ts'
import { devicePage, pairsText, wantedText } from '../fleet/device-page.ts'
import { everyPage } from '../fleet/every-page.ts'
import { deviceNamed, shortId } from '../fleet/name.ts'
import { table } from '../page/table.ts'
import { optional, switchedOn } from '../params.ts'

const heading = ['DEVICE', 'IDENTITY', 'HARDWARE', 'VERSION', 'STATUS', 'LAST SEEN']

export const devices = command({
  name: 'devices',
  description: 'List the devices the fleet has seen, or show one: what it runs, what it will be offered, and why',
  params: {
    id: optional('[id]', 'one device (id or its first digits)'),
    why: switchedOn('--why', 'say of each device what it will be offered next, or why nothing'),
    search: optional('--search <text>', 'only those with this in id, version, hardware, status or identity'),
    query: optional('--query <query>', "only those of which it is true, such as 'label.site = Oslo' (docs/query.md)"),
    group: optional('--group <name>', 'only those of this group'),
    fleet: fleetParam,
  },
  async run({ id, why, search, query, group, fleet }, io) {
    const client = connect(fleet, io)
    if (id !== undefined) {
      const device = await client.device(await deviceNamed(client, id))
      return { page: devicePage(device), json: device }
    }
    const all = await everyPage(
      (piece) => client.devices({ ...piece, search, query, group }),
      (page) => page.devices,
    )
    if (all.length === 0) return { page: 'No such devices have asked for updates yet.', json: { devices: [] } }
    return why ? await explained(client, all) : { page: table(all.map(row), heading), json: { devices: all } }
  },
})

async function explained(client: OperatorClient, all: readonly DeviceRecord[]): Promise<Result> {
  const details = []
  for (const { id } of all) details.push(await client.device(id))
  const rows = details.map((device) => [...row(device), whyText(device)])
  return { page: table(rows, [...heading, 'WHY']), json: { devices: details } }
}

function whyText({ waits, wanted }: DeviceDetail): string {
  return waits === null ? wantedText(wanted) : `waits: ${waits}; ${wantedText(wanted)}`
}

function row(device: DeviceRecord): string[] {
  const { id, identity, hardware, version, status, lastSeen } = device
  return [shortId(id), pairsText(identity), hardware, version, status, lastSeen]
}
