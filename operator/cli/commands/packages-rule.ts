import { command } from '../command.ts'
import { connect, fleetParam } from '../fleet/connect.ts'
import { packageNamed, shortId } from '../fleet/name.ts'
import { optional, required, switchedOn } from '../params.ts'

export const packagesRule = command({
  name: 'packages rule',
  description: 'Say from which version a package can be installed, and whether it may be skipped; all of it anew',
  params: {
    package: required('<package>', 'uid of a published package, or its first digits'),
    needs: optional(
      '--needs <version>',
      'devices with an older version are not offered it (default: any version will do)',
    ),
    floor: switchedOn('--floor', 'older devices go through it on their way to a newer version'),
    fleet: fleetParam,
  },
  async run({ package: name, needs = null, floor, fleet }, io) {
    const client = connect(fleet, io)
    const { uid } = await packageNamed(client, name)
    const record = await client.setRule(uid, { needs, floor })
    const from = record.needs === null ? 'any version' : `version ${record.needs} or newer`
    const skip = record.floor ? 'it must not be skipped' : 'it may be skipped'
    return { page: `${shortId(uid)} (version ${record.version}) is for ${from}; ${skip}.`, json: record }
  },
})
