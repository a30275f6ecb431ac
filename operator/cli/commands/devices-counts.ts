import type { DeviceCounts } from '@windlass/wire/operator'
import { command } from '../command.ts'
import { connect, fleetParam } from '../fleet/connect.ts'
import { shortId } from '../fleet/name.ts'
import { table } from '../page/table.ts'

export const devicesCounts = command({
  name: 'devices counts',
  description: 'Say how many devices there are, by status, product, version and hardware',
  params: { fleet: fleetParam },
  async run({ fleet }, io) {
    const counts = await connect(fleet, io).deviceCounts()
    return { page: page(counts), json: counts }
  },
})

function page({ devices, byStatus, byProduct, byVersion, byHardware }: DeviceCounts): string {
  const lists = [
    table(
      byStatus.map((row) => [row.status, String(row.devices)]),
      ['STATUS', 'DEVICES'],
    ),
    table(
      byProduct.map((row) => [shortId(row.product), String(row.devices)]),
      ['PRODUCT', 'DEVICES'],
    ),
    table(
      byVersion.map((row) => [row.version, shortId(row.product), String(row.devices)]),
      ['VERSION', 'PRODUCT', 'DEVICES'],
    ),
    table(
      byHardware.map((row) => [row.hardware, String(row.devices)]),
      ['HARDWARE', 'DEVICES'],
    ),
  ]
  return [`${devices} devices`, ...(devices > 0 ? lists : [])].join('\n\n')
}
