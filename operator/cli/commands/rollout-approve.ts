import { command } from '../command.ts'
import { connect, fleetParam } from '../fleet/connect.ts'
import { rolloutPage } from '../fleet/rollout-page.ts'
import { needed, required, wholeNumber } from '../params.ts'

export const rolloutApprove = command({
  name: 'rollout approve',
  description: 'Say yes to the next phase, as one of those whose yes it waits for',
  params: {
    id: wholeNumber(required('<id>', 'number of the rollout')),
    by: needed('--by <name>', 'who says yes'),
    fleet: fleetParam,
  },
  async run({ id, by, fleet }, io) {
    const rollout = await connect(fleet, io).approveRollout(id, by)
    return { page: rolloutPage(rollout), json: rollout }
  },
})
