import type { UnitTarget } from '@windlass/wire/operator'
import { CliError } from '../cli-error.ts'
import { command } from '../command.ts'
import { connect, fleetParam } from '../fleet/connect.ts'
import { phaseNamed } from '../fleet/phase-text.ts'
import { unitForecastPage, unitRolloutPage } from '../fleet/unit-rollout-page.ts'
import { optional, required, several, switchedOn, wholeNumber } from '../params.ts'

export const unitsRolloutStart = command({
  name: 'units rollout start',
  description: 'Bring many units to a release, in phases where wanted',
  params: {
    release: wholeNumber(required('<release>', 'number of the release')),
    all: switchedOn('--all', 'every unit, later ones too'),
    model: optional('--model <model>', 'every unit of a model, later ones too'),
    group: optional('--group <name>', 'the units of this group, later ones too'),
    query: optional('--query <query>', 'the units of which this is true, later ones too (docs/query.md)'),
    unit: several('--unit <id...>', 'only these units'),
    phase: several(
      '--phase <phase...>',
      'who comes first, and when the next do: 2,soak=2h,failures=1 25%,approve=ann group:canary',
    ),
    dryRun: switchedOn('--dry-run', 'only say what it would do: how many units, in which phases, from which releases'),
    key: optional('--key <text>', 'the same order under the same key starts no second rollout'),
    fleet: fleetParam,
  },
  async run({ release, all, model, group, query, unit, phase, dryRun, key, fleet }, io) {
    const to = targetOf({ all, model, group, query, unit })
    const phases = phase.map(phaseNamed)
    const order = { release, to, ...(phases.length > 0 && { phases }) }
    const client = connect(fleet, io)
    if (dryRun) {
      const forecast = await client.forecastUnitRollout(order)
      return { page: unitForecastPage(forecast), json: forecast }
    }
    const rollout = await client.startUnitRollout(order, key)
    return { page: `${unitRolloutPage(rollout)}\n\nNext: windlass units rollout show ${rollout.id}`, json: rollout }
  },
})

interface Asked {
  all: boolean
  model: string | undefined
  group: string | undefined
  query: string | undefined
  unit: readonly string[]
}

function targetOf({ all, model, group, query, unit: units }: Asked): UnitTarget {
  const given = [
    ...(all ? [{ all: true as const }] : []),
    ...(model === undefined ? [] : [{ model }]),
    ...(group === undefined ? [] : [{ group }]),
    ...(query === undefined ? [] : [{ query }]),
    ...(units.length > 0 ? [{ units: [...new Set(units)] }] : []),
  ]
  const [to] = given
  if (to && given.length === 1) return to
  throw new CliError(
    'usage',
    `expected one of --all, --model, --group, --query and --unit, got ${given.length === 0 ? 'none' : 'several'}`,
  )
}
