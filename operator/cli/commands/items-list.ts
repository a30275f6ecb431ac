import { command } from '../command.ts'
import { connect, fleetParam } from '../fleet/connect.ts'
import { bytesText } from '../page/quantities.ts'
import { table } from '../page/table.ts'

export const itemsList = command({
  name: 'items list',
  description: 'List the items for units that the fleet keeps, with their versions',
  params: { fleet: fleetParam },
  async run({ fleet }, io) {
    const items = await connect(fleet, io).items()
    const rows = items.map((item) => [
      item.itemId,
      item.version,
      item.type,
      item.ownerId,
      bytesText(item.size),
      item.createdAt,
    ])
    const page =
      rows.length > 0
        ? table(rows, ['ITEM', 'VERSION', 'TYPE', 'OWNER', 'SIZE', 'ADDED'])
        : 'No items yet. Give the fleet one: windlass items add FILE --id ID --item-version VERSION'
    return { page, json: { items } }
  },
})
