import { command } from '../command.ts'
import { connect, fleetParam } from '../fleet/connect.ts'
import { devicePage } from '../fleet/device-page.ts'
import { deviceNamed, packageNamed } from '../fleet/name.ts'
import { required } from '../params.ts'

export const devicesRetry = command({
  name: 'devices retry',
  description: 'Let a device be offered a package once more that failed or was rolled back on it',
  params: {
    id: required('<id>', 'the device (id or its first digits)'),
    package: required('<package>', 'uid of the package, or its first digits'),
    fleet: fleetParam,
  },
  async run({ id, package: name, fleet }, io) {
    const client = connect(fleet, io)
    const { uid } = await packageNamed(client, name)
    const device = await client.retry(await deviceNamed(client, id), uid)
    return { page: devicePage(device), json: device }
  },
})
