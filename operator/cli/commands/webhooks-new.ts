import { webhookKind } from '@windlass/wire/operator'
import { CliError } from '../cli-error.ts'
import { command } from '../command.ts'
import { connect, fleetParam } from '../fleet/connect.ts'
import { facts } from '../page/table.ts'
import { required, several } from '../params.ts'

const says = `what it is told of: ${webhookKind.options.join(', ')}`
const kinds = several('--on <event...>', says)

export const webhooksNew = command({
  name: 'webhooks new',
  description: 'Tell an address what happens; the secret that signs is shown this once',
  params: {
    url: required('<url>', 'where the fleet posts to'),
    on: {
      ...kinds,
      read(raw) {
        const result = webhookKind.array().min(1).safeParse(kinds.read(raw))
        if (result.success) return result.data
        throw new CliError('usage', `--on: expected ${says}, got ${kinds.read(raw).join(', ') || 'none'}`)
      },
    },
    fleet: fleetParam,
  },
  async run({ url, on, fleet }, io) {
    const hook = await connect(fleet, io).addWebhook({ url, events: on })
    const secret = `${hook.secret} (shown this once)`
    return {
      page: facts({ webhook: String(hook.id), url: hook.url, events: hook.events.join(', '), secret }),
      json: hook,
    }
  },
})
