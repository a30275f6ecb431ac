import { command } from '../command.ts'
import { connect, fleetParam } from '../fleet/connect.ts'
import { optional } from '../params.ts'

export const unitsClaim = command({
  name: 'units claim',
  description: 'Let one unit enrol, once: prints the token that goes into its settings',
  params: { id: optional('--id <id>', 'only this unit may use it'), fleet: fleetParam },
  async run({ id, fleet }, io) {
    const claim = await connect(fleet, io).claim(id)
    return { page: claim.token, json: claim }
  },
})
