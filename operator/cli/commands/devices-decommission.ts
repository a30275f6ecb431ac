import { command } from '../command.ts'
import { connect, fleetParam } from '../fleet/connect.ts'
import { devicePage } from '../fleet/device-page.ts'
import { deviceNamed } from '../fleet/name.ts'
import { required } from '../params.ts'

const id = required('<id>', 'the device (id or its first digits)')

export const devicesDecommission = command({
  name: 'devices decommission',
  description: 'Take a device out of service: it is refused from now on; its history stays',
  params: { id, fleet: fleetParam },
  async run({ id: name, fleet }, io) {
    const client = connect(fleet, io)
    const device = await client.decommission(await deviceNamed(client, name))
    return { page: devicePage(device), json: device }
  },
})

export const devicesRecommission = command({
  name: 'devices recommission',
  description: 'Take a device back into service',
  params: { id, fleet: fleetParam },
  async run({ id: name, fleet }, io) {
    const client = connect(fleet, io)
    const device = await client.recommission(await deviceNamed(client, name))
    return { page: devicePage(device), json: device }
  },
})
