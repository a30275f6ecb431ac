import { command } from '../command.ts'
import { connect, fleetParam } from '../fleet/connect.ts'
import { labelsAsked, whoAsked } from '../fleet/labels-asked.ts'
import { optional, several, severalWords } from '../params.ts'

export const unitsLabel = command({
  name: 'units label',
  description: 'Write labels on units, or take them off; all units named are changed, or none',
  params: {
    words: severalWords('[words...]', 'units and labels (key=value), in any order'),
    remove: several('--remove <key...>', 'take these labels off'),
    query: optional('--query <query>', 'instead of units: all of which this is true (docs/query.md)'),
    group: optional('--group <name>', 'instead of units: all of this group'),
    fleet: fleetParam,
  },
  async run({ words, remove, query, group, fleet }, io) {
    const { set, named } = labelsAsked(words, remove)
    const who = whoAsked('units', { named, query, group })
    const to = 'named' in who ? { units: [...who.named] } : who
    const changed = await connect(fleet, io).labelUnits({ to, set, remove: [...remove] })
    return { page: `Labels of ${changed} ${changed === 1 ? 'unit' : 'units'} changed.`, json: { units: changed } }
  },
})
