import { command } from '../command.ts'
import { connect, fleetParam } from '../fleet/connect.ts'
import { packageNamed } from '../fleet/name.ts'
import { planAsked, planParams } from '../fleet/plan-params.ts'
import { forecastPage, rolloutPage } from '../fleet/rollout-page.ts'
import { targetAsked, targetParams } from '../fleet/rollout-target.ts'
import { optional, required, switchedOn } from '../params.ts'

export const rolloutStart = command({
  name: 'rollout start',
  description: 'Offer a package to every device of its product, or to some of its devices',
  params: {
    package: required('<package>', 'uid of a published package, or its first digits'),
    ...targetParams,
    metered: switchedOn('--metered', 'let devices fetch it over links that cost, too'),
    ...planParams,
    dryRun: switchedOn('--dry-run', 'only say what it would do: how many devices, bytes, who is left out and why'),
    key: optional('--key <text>', 'the same order under the same key starts no second rollout'),
    fleet: fleetParam,
  },
  async run({ package: name, product, device, group, query, metered, dryRun, key, fleet, ...plan }, io) {
    const client = connect(fleet, io)
    const chosen = await packageNamed(client, name)
    const to = await targetAsked(client, chosen, { product, device, group, query })
    const order = { package: chosen.uid, to, ...(metered && { metered }), ...planAsked(plan) }
    if (dryRun) {
      const forecast = await client.forecastRollout(order)
      return { page: forecastPage(forecast), json: forecast }
    }
    const rollout = await client.startRollout(order, key)
    return { page: `${rolloutPage(rollout)}\n\nNext: windlass rollout watch ${rollout.id}`, json: rollout }
  },
})
