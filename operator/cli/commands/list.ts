import { command } from '../command.ts'
import { connect, fleetParam } from '../fleet/connect.ts'
import { shortId } from '../fleet/name.ts'
import { bytesText } from '../page/quantities.ts'
import { table } from '../page/table.ts'

const heading = ['PACKAGE', 'VERSION', 'PRODUCT', 'HARDWARE', 'SIZE', 'SIGNED', 'PUBLISHED']

export const list = command({
  name: 'list',
  description: 'List the packages that the fleet keeps, newest first',
  params: { fleet: fleetParam },
  async run({ fleet }, io) {
    const packages = await connect(fleet, io).packages()
    const rows = packages.map((p) => [
      shortId(p.uid),
      p.version,
      shortId(p.product),
      p.hardware === 'any' ? 'any' : p.hardware.join(','),
      bytesText(p.size),
      p.signed ? 'yes' : 'NO',
      p.uploadedAt,
    ])
    const page = rows.length > 0 ? table(rows, heading) : 'No packages yet. Give the fleet one: windlass publish FILE'
    return { page, json: { packages } }
  },
})
