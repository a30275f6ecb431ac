import { command } from '../command.ts'
import { connect, fleetParam } from '../fleet/connect.ts'
import { rolloutPage } from '../fleet/rollout-page.ts'
import { required, wholeNumber } from '../params.ts'

export const rolloutAbort = command({
  name: 'rollout abort',
  description: 'Offer the package to nobody any more; updates that have begun go on; there is no way back',
  params: { id: wholeNumber(required('<id>', 'number of the rollout')), fleet: fleetParam },
  async run({ id, fleet }, io) {
    const rollout = await connect(fleet, io).abortRollout(id)
    return { page: rolloutPage(rollout), json: rollout }
  },
})
