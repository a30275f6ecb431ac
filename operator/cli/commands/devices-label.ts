import type { LabelOrder, OperatorClient } from '@windlass/wire/operator'
import { CliError } from '../cli-error.ts'
import { command } from '../command.ts'
import { connect, fleetParam } from '../fleet/connect.ts'
import { labelsAsked } from '../fleet/labels-asked.ts'
import { devicesNamed } from '../fleet/name.ts'
import { optional, several, severalWords } from '../params.ts'

export const devicesLabel = command({
  name: 'devices label',
  description: 'Write labels on devices, or take them off; all devices named are changed, or none',
  params: {
    words: severalWords('[words...]', 'devices (ids or their first digits) and labels (key=value), in any order'),
    remove: several('--remove <key...>', 'take these labels off'),
    query: optional('--query <query>', 'instead of devices: all of which this is true (docs/query.md)'),
    group: optional('--group <name>', 'instead of devices: all of this group'),
    fleet: fleetParam,
  },
  async run({ words, remove, query, group, fleet }, io) {
    const { set, named } = labelsAsked(words, remove)
    const client = connect(fleet, io)
    const to = await meant(client, named, query, group)
    const changed = await client.labelDevices({ to, set, remove: [...remove] })
    return { page: `Labels of ${changed} ${changed === 1 ? 'device' : 'devices'} changed.`, json: { devices: changed } }
  },
})

async function meant(
  client: OperatorClient,
  devices: readonly string[],
  query: string | undefined,
  group: string | undefined,
): Promise<LabelOrder['to']> {
  const ways = [devices.length > 0, query !== undefined, group !== undefined].filter(Boolean).length
  if (ways !== 1)
    throw new CliError('usage', `expected devices, --query or --group, got ${ways === 0 ? 'none' : 'several'} of them`)
  if (query !== undefined) return { query }
  return group === undefined ? { devices: await devicesNamed(client, devices) } : { group }
}
