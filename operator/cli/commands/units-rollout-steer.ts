import type { OperatorClient, UnitRolloutRecord } from '@windlass/wire/operator'
import { type Command, command } from '../command.ts'
import { connect, fleetParam } from '../fleet/connect.ts'
import { unitRolloutPage } from '../fleet/unit-rollout-page.ts'
import { needed, optional, required, wholeNumber } from '../params.ts'

const id = wholeNumber(required('<id>', 'number of the rollout'))

export const unitsRolloutPause = command({
  name: 'units rollout pause',
  description: 'Order the release for no further unit until the rollout is resumed',
  params: { id, reason: optional('--reason <text>', 'shown to everyone who asks why'), fleet: fleetParam },
  async run({ id, reason, fleet }, io) {
    return shown(await connect(fleet, io).pauseUnitRollout(id, reason))
  },
})

export const unitsRolloutResume = plain(
  'units rollout resume',
  'Let a paused rollout go on; the failures so far do not count against its limits any more',
  (client, id) => client.resumeUnitRollout(id),
)

export const unitsRolloutApprove = command({
  name: 'units rollout approve',
  description: 'Say yes to the next phase, as one of those whose yes it waits for',
  params: { id, by: needed('--by <name>', 'who says yes'), fleet: fleetParam },
  async run({ id, by, fleet }, io) {
    return shown(await connect(fleet, io).approveUnitRollout(id, by))
  },
})

export const unitsRolloutAbort = plain(
  'units rollout abort',
  'Order the release for no further unit; those that were go on',
  (client, id) => client.abortUnitRollout(id),
)

export const unitsRolloutTakeBack = plain(
  'units rollout take-back',
  'Abort, and bring each unit back to the release that it was to run before',
  (client, id) => client.takeBackUnitRollout(id),
)

function plain(
  name: string,
  description: string,
  change: (client: OperatorClient, id: number) => Promise<UnitRolloutRecord>,
): Command {
  return command({
    name,
    description,
    params: { id, fleet: fleetParam },
    async run({ id, fleet }, io) {
      return shown(await change(connect(fleet, io), id))
    },
  })
}

function shown(rollout: UnitRolloutRecord) {
  return { page: unitRolloutPage(rollout), json: rollout }
}
