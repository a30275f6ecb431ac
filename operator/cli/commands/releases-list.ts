import { command } from '../command.ts'
import { connect, fleetParam } from '../fleet/connect.ts'
import { table } from '../page/table.ts'

export const releasesList = command({
  name: 'releases list',
  description: 'List the releases for units, newest first',
  params: { fleet: fleetParam },
  async run({ fleet }, io) {
    const releases = await connect(fleet, io).releases()
    const rows = releases.map(({ id, content, createdAt }) => [
      String(id),
      content.name,
      content.items.map(({ itemId, version }) => `${itemId} ${version}`).join(', '),
      createdAt,
    ])
    const page =
      rows.length > 0
        ? table(rows, ['RELEASE', 'NAME', 'ITEMS', 'MADE'])
        : 'No releases yet. Make one: windlass releases add FILE'
    return { page, json: { releases } }
  },
})
