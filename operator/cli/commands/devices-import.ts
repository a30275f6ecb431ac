import { resolve } from 'node:path'
import { command } from '../command.ts'
import { connect, fleetParam } from '../fleet/connect.ts'
import { required } from '../params.ts'
import { smallText } from '../small-file.ts'

export const devicesImport = command({
  name: 'devices import',
  description: 'Let devices come that the fleet has not seen, and label them: all of a table, or none',
  params: {
    file: required('<file>', 'CSV with a line of headings, identity.KEY and label.KEY, and one line for each device'),
    fleet: fleetParam,
  },
  async run({ file, fleet }, io) {
    const text = await smallText(resolve(io.cwd, file))
    const imported = await connect(fleet, io).importDevices(text)
    const { devices, known } = imported
    return {
      page: `${devices} ${devices === 1 ? 'device' : 'devices'} may come; known and labelled already: ${known}.`,
      json: imported,
    }
  },
})
