import type { RolloutDetail } from '@windlass/wire/operator'
import { command } from '../command.ts'
import { connect, fleetParam } from '../fleet/connect.ts'
import { pairsText } from '../fleet/device-page.ts'
import { shortId } from '../fleet/name.ts'
import { rolloutPage } from '../fleet/rollout-page.ts'
import { table } from '../page/table.ts'
import { required, wholeNumber } from '../params.ts'

/** As many as one looks through; a rollout may have a million. */
const mostShown = 100

export const rolloutShow = command({
  name: 'rollout show',
  description: 'Show how far a rollout is: its phases, what the next one waits for, its first 100 devices',
  params: { id: wholeNumber(required('<id>', 'number of the rollout')), fleet: fleetParam },
  async run({ id, fleet }, io) {
    const rollout = await connect(fleet, io).rollout(id, { limit: mostShown })
    return { page: [rolloutPage(rollout), ...devicesPage(rollout)].join('\n\n'), json: rollout }
  },
})

function devicesPage({ devices, next }: RolloutDetail): string[] {
  if (devices.length === 0) return []
  const rows = devices.map(({ device, identity, version, state, reason }) => [
    shortId(device),
    pairsText(identity),
    version,
    state.replace('_', ' '),
    reason ?? '',
  ])
  const page = table(rows, ['DEVICE', 'IDENTITY', 'VERSION', 'STATE', 'WHY'])
  return next === null ? [page] : [page, 'There are more; `windlass devices ID` says of any of them why.']
}
