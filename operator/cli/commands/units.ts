import { command } from '../command.ts'
import { connect, fleetParam } from '../fleet/connect.ts'
import { everyPage } from '../fleet/every-page.ts'
import { unitHeading, unitPage, unitRow } from '../fleet/unit-page.ts'
import { table } from '../page/table.ts'
import { optional } from '../params.ts'

export const units = command({
  name: 'units',
  description:
    'List the units of the fleet and what keeps them from their release, or show one: nodes, what runs where',
  params: {
    id: optional('[id]', 'one unit'),
    search: optional('--search <text>', 'only those with this in id or model'),
    query: optional(
      '--query <query>',
      "only those of which it is true: 'model = boat and label.site = Oslo' (docs/query.md)",
    ),
    group: optional('--group <name>', 'only those of this group'),
    fleet: fleetParam,
  },
  async run({ id, search, query, group, fleet }, io) {
    const client = connect(fleet, io)
    if (id !== undefined) {
      const unit = await client.unit(id)
      return { page: unitPage(unit), json: unit }
    }
    const all = await everyPage(
      (piece) => client.units({ ...piece, search, query, group }),
      (page) => page.units,
    )
    const page =
      all.length > 0 ? table(all.map(unitRow), unitHeading) : 'No units yet. Let one enrol: windlass units claim'
    return { page, json: { units: all } }
  },
})
