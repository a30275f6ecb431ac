import { command } from '../command.ts'
import { connect, fleetParam } from '../fleet/connect.ts'
import { rolloutPage } from '../fleet/rollout-page.ts'
import { required, wholeNumber } from '../params.ts'

export const rolloutRollBack = command({
  name: 'rollout roll-back',
  description: 'Abort a rollout, and give its devices what they ran before',
  params: { id: wholeNumber(required('<id>', 'number of the rollout')), fleet: fleetParam },
  async run({ id, fleet }, io) {
    const back = await connect(fleet, io).rollBack(id)
    const left = back.left.map(({ version, devices }) =>
      version === null
        ? `Left as they are: ${devices}, of which nobody noted what they ran before.`
        : `Left as they are: ${devices}, which ran version ${version}; the fleet has no package of it.`,
    )
    const pages = [`Rollout ${id} is aborted.`, ...back.rollouts.map(rolloutPage), ...left]
    return { page: pages.join('\n\n'), json: back, ...(left.length > 0 ? { ending: 'no' as const } : {}) }
  },
})
