import { command } from '../command.ts'
import { connect, fleetParam } from '../fleet/connect.ts'
import { everyPage, type Piece } from '../fleet/every-page.ts'
import { countsText } from '../fleet/rollout-page.ts'
import { unitRolloutPage, unitTargetText } from '../fleet/unit-rollout-page.ts'
import { table } from '../page/table.ts'
import { required, wholeNumber } from '../params.ts'

const heading = ['ROLLOUT', 'RELEASE', 'NAME', 'TO', 'STATUS', 'UNITS', 'STARTED']

export const unitsRolloutList = command({
  name: 'units rollout list',
  description: 'List the rollouts of releases, newest first',
  params: { fleet: fleetParam },
  async run({ fleet }, io) {
    const rollouts = await connect(fleet, io).unitRollouts()
    const rows = rollouts.map((r) => [
      String(r.id),
      String(r.release.id),
      r.release.name,
      unitTargetText(r.to),
      r.status,
      countsText(r.counts, 'no unit yet'),
      r.createdAt,
    ])
    const none = 'No rollouts of releases yet. Start one: windlass units rollout start RELEASE --all'
    return { page: rows.length > 0 ? table(rows, heading) : none, json: { rollouts } }
  },
})

export const unitsRolloutShow = command({
  name: 'units rollout show',
  description: 'Show how far a rollout of a release is: its phases, what the next one waits for, its units',
  params: { id: wholeNumber(required('<id>', 'number of the rollout')), fleet: fleetParam },
  async run({ id, fleet }, io) {
    const client = connect(fleet, io)
    const first = await client.unitRollout(id, { limit: 1 })
    const ask = (piece: Piece) => client.unitRollout(id, piece)
    const rollout = { ...first, units: await everyPage(ask, (page) => page.units), next: null }
    return { page: unitRolloutPage(rollout), json: rollout }
  },
})
