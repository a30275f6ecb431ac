import { command } from '../command.ts'
import { connect, fleetParam } from '../fleet/connect.ts'
import { table } from '../page/table.ts'

export const webhooksList = command({
  name: 'webhooks list',
  description: 'List the addresses that are told what happens',
  params: { fleet: fleetParam },
  async run({ fleet }, io) {
    const webhooks = await connect(fleet, io).webhooks()
    const rows = webhooks.map(({ id, url, events, createdAt }) => [String(id), url, events.join(', '), createdAt])
    const page =
      rows.length > 0
        ? table(rows, ['ID', 'ADDRESS', 'EVENTS', 'SINCE'])
        : 'No webhooks. Make one: windlass webhooks new URL --on rollout'
    return { page, json: { webhooks } }
  },
})
