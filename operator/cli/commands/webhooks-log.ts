import { command } from '../command.ts'
import { connect, fleetParam } from '../fleet/connect.ts'
import { table } from '../page/table.ts'
import { required, switchedOn, wholeNumber } from '../params.ts'

export const webhooksLog = command({
  name: 'webhooks log',
  description: 'What was sent to a webhook and what came of it: the last 100, newest first',
  params: {
    id: wholeNumber(required('<id>', 'number of the webhook')),
    test: switchedOn('--test', 'send something to it first'),
    fleet: fleetParam,
  },
  async run({ id, test, fleet }, io) {
    const client = connect(fleet, io)
    if (test) await client.testWebhook(id)
    const deliveries = await client.deliveries(id)
    const rows = deliveries.map(({ id: number, kind, createdAt, state, attempts, status, error, nextAt }) => [
      String(number),
      kind,
      createdAt,
      state === 'waiting' && nextAt !== null ? `waiting until ${nextAt}` : state.replace('_', ' '),
      String(attempts),
      error ?? (status === null ? '' : String(status)),
    ])
    const page = rows.length > 0 ? table(rows, ['ID', 'EVENT', 'SINCE', 'STATE', 'TRIES', 'LAST']) : 'Nothing yet'
    return { page, json: { deliveries } }
  },
})
