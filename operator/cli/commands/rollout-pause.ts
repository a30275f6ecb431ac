import { command } from '../command.ts'
import { connect, fleetParam } from '../fleet/connect.ts'
import { rolloutPage } from '../fleet/rollout-page.ts'
import { optional, required, wholeNumber } from '../params.ts'

const id = wholeNumber(required('<id>', 'number of the rollout'))

export const rolloutPause = command({
  name: 'rollout pause',
  description: 'Offer the package to nobody until the rollout is resumed',
  params: { id, reason: optional('--reason <text>', 'shown to everyone who asks why'), fleet: fleetParam },
  async run({ id, reason, fleet }, io) {
    const rollout = await connect(fleet, io).pauseRollout(id, reason)
    return { page: rolloutPage(rollout), json: rollout }
  },
})

export const rolloutResume = command({
  name: 'rollout resume',
  description: 'Let a paused rollout go on; the failures so far do not count against its limits any more',
  params: { id, fleet: fleetParam },
  async run({ id, fleet }, io) {
    const rollout = await connect(fleet, io).resumeRollout(id)
    return { page: rolloutPage(rollout), json: rollout }
  },
})
