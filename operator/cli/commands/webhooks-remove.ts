import { command } from '../command.ts'
import { connect, fleetParam } from '../fleet/connect.ts'
import { required, wholeNumber } from '../params.ts'

export const webhooksRemove = command({
  name: 'webhooks remove',
  description: 'Tell an address nothing any more, and forget what is on its way to it',
  params: { id: wholeNumber(required('<id>', 'number of the webhook')), fleet: fleetParam },
  async run({ id, fleet }, io) {
    await connect(fleet, io).removeWebhook(id)
    return { page: `webhook ${id} is removed`, json: { id } }
  },
})
