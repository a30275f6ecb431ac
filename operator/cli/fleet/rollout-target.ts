import type { OperatorClient, PackageRecord, RolloutTarget } from '@windlass/wire/operator'
import { CliError } from '../cli-error.ts'
import { optional, type Param, several } from '../params.ts'
import { devicesNamed } from './name.ts'

/** Alone it means the package's own product. */
const product: Param<string | true | undefined> = {
  flags: '--product [uid]',
  says: "every device of the package's product, later ones too",
  read: (raw) => (raw === undefined || raw === true ? raw : String(raw)),
}

/** Whom a rollout is for: one of these. */
export const targetParams = {
  product,
  device: several('--device <id...>', 'only these devices (ids or their first digits)'),
  group: optional('--group <name>', 'the devices of this group, later ones too'),
  query: optional('--query <query>', 'the devices of which this is true, later ones too (docs/query.md)'),
}

interface Asked {
  product: string | true | undefined
  device: readonly string[]
  group: string | undefined
  query: string | undefined
}

/** @throws CliError `usage`, `refused` */
export async function targetAsked(
  client: OperatorClient,
  chosen: PackageRecord,
  { product, device, group, query }: Asked,
): Promise<RolloutTarget> {
  const ways = [product !== undefined, device.length > 0, group !== undefined, query !== undefined].filter(Boolean)
  if (ways.length !== 1) {
    const came = ways.length === 0 ? 'none' : 'several'
    throw new CliError('usage', `expected one of --product, --device, --group and --query, got ${came}`)
  }
  if (product !== undefined) return productOf(chosen, product)
  if (device.length > 0) return { devices: await devicesNamed(client, device) }
  return group === undefined ? { query: query ?? '' } : { group }
}

function productOf(chosen: PackageRecord, product: string | true): RolloutTarget {
  if (product === true || product === chosen.product) return { product: chosen.product }
  throw new CliError('refused', `--product: expected the package's product ${chosen.product}, got ${product}`)
}
