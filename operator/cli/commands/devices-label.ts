import { command } from '../command.ts'
import { connect, fleetParam } from '../fleet/connect.ts'
import { labelsAsked, whoAsked } from '../fleet/labels-asked.ts'
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
    const who = whoAsked('devices', { named, query, group })
    const to = 'named' in who ? { devices: await devicesNamed(client, who.named) } : who
    const changed = await client.labelDevices({ to, set, remove: [...remove] })
    return { page: `Labels of ${changed} ${changed === 1 ? 'device' : 'devices'} changed.`, json: { devices: changed } }
  },
})
