import { command } from '../command.ts'
import { connect, fleetParam } from '../fleet/connect.ts'
import { table } from '../page/table.ts'

export const unitsCounts = command({
  name: 'units counts',
  description: 'Say how many units there are, by where they stand and by model',
  params: { fleet: fleetParam },
  async run({ fleet }, io) {
    const counts = await connect(fleet, io).unitCounts()
    const standings = counts.byStanding.map(({ standing, units }) => [standing, String(units)])
    const models = counts.byModel.map(({ model, units }) => [model, String(units)])
    const lists = [table(standings, ['STANDING', 'UNITS']), table(models, ['MODEL', 'UNITS'])]
    return { page: [`${counts.units} units`, ...(counts.units > 0 ? lists : [])].join('\n\n'), json: counts }
  },
})
