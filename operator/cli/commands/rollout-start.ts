import type { PackageRecord, RolloutTarget } from '@windlass/wire/operator'
import { CliError } from '../cli-error.ts'
import { command } from '../command.ts'
import { connect, fleetParam } from '../fleet/connect.ts'
import { devicesNamed, packageNamed } from '../fleet/name.ts'
import { planAsked, planParams } from '../fleet/plan-params.ts'
import { forecastPage, rolloutPage } from '../fleet/rollout-page.ts'
import { optional, type Param, required, several, switchedOn } from '../params.ts'

/** Alone it means the package's own product. */
const product: Param<string | true | undefined> = {
  flags: '--product [uid]',
  says: "every device of the package's product, later ones too",
  read: (raw) => (raw === undefined || raw === true ? raw : String(raw)),
}

export const rolloutStart = command({
  name: 'rollout start',
  description: 'Offer a package to every device of its product, or to the devices named',
  params: {
    package: required('<package>', 'uid of a published package, or its first digits'),
    product,
    device: several('--device <id...>', 'only these devices (ids or their first digits)'),
    metered: switchedOn('--metered', 'let devices fetch it over links that cost, too'),
    ...planParams,
    dryRun: switchedOn('--dry-run', 'only say what it would do: how many devices, bytes, who is left out and why'),
    key: optional('--key <text>', 'the same order under the same key starts no second rollout'),
    fleet: fleetParam,
  },
  async run({ package: name, product, device, metered, dryRun, key, fleet, ...plan }, io) {
    if ((product === undefined) === (device.length === 0)) {
      throw new CliError('usage', `expected either --product or --device, got ${device.length > 0 ? 'both' : 'none'}`)
    }
    const client = connect(fleet, io)
    const chosen = await packageNamed(client, name)
    const to = product === undefined ? { devices: await devicesNamed(client, device) } : productOf(chosen, product)
    const order = { package: chosen.uid, to, ...(metered && { metered }), ...planAsked(plan) }
    if (dryRun) {
      const forecast = await client.forecastRollout(order)
      return { page: forecastPage(forecast), json: forecast }
    }
    const rollout = await client.startRollout(order, key)
    return { page: `${rolloutPage(rollout)}\n\nNext: windlass rollout watch ${rollout.id}`, json: rollout }
  },
})

function productOf(chosen: PackageRecord, product: string | true): RolloutTarget {
  if (product === true || product === chosen.product) return { product: chosen.product }
  throw new CliError('refused', `--product: expected the package's product ${chosen.product}, got ${product}`)
}
