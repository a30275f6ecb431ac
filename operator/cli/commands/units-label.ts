import type { UnitLabelOrder } from '@windlass/wire/operator'
import { CliError } from '../cli-error.ts'
import { command } from '../command.ts'
import { connect, fleetParam } from '../fleet/connect.ts'
import { labelsAsked } from '../fleet/labels-asked.ts'
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
    const to = meant(named, query, group)
    const changed = await connect(fleet, io).labelUnits({ to, set, remove: [...remove] })
    return { page: `Labels of ${changed} ${changed === 1 ? 'unit' : 'units'} changed.`, json: { units: changed } }
  },
})

function meant(units: readonly string[], query: string | undefined, group: string | undefined): UnitLabelOrder['to'] {
  const ways: UnitLabelOrder['to'][] = [
    ...(units.length > 0 ? [{ units: [...units] }] : []),
    ...(query === undefined ? [] : [{ query }]),
    ...(group === undefined ? [] : [{ group }]),
  ]
  const [to] = ways
  if (to && ways.length === 1) return to
  throw new CliError('usage', `expected units, --query or --group, got ${to ? 'several' : 'none'} of them`)
}
