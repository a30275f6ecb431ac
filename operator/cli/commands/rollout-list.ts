import { command } from '../command.ts'
import { connect, fleetParam } from '../fleet/connect.ts'
import { shortId } from '../fleet/name.ts'
import { countsText, targetText } from '../fleet/rollout-page.ts'
import { table } from '../page/table.ts'

const heading = ['ROLLOUT', 'VERSION', 'PACKAGE', 'TO', 'STATUS', 'DEVICES', 'STARTED']

export const rolloutList = command({
  name: 'rollout list',
  description: 'List the rollouts, newest first',
  params: { fleet: fleetParam },
  async run({ fleet }, io) {
    const rollouts = await connect(fleet, io).rollouts()
    const rows = rollouts.map((r) => [
      String(r.id),
      r.version,
      shortId(r.package),
      targetText(r.to),
      r.status,
      countsText(r.counts),
      r.startAt ?? r.createdAt,
    ])
    const page =
      rows.length > 0 ? table(rows, heading) : 'No rollouts yet. Start one: windlass rollout start PACKAGE --product'
    return { page, json: { rollouts } }
  },
})
