import { command } from '../command.ts'
import { connect, fleetParam } from '../fleet/connect.ts'
import { grantParams, grantsIn } from '../fleet/grants.ts'
import { optional, required, wholeNumber } from '../params.ts'

const days = optional('--days <number>', 'how long it holds; without it until it is withdrawn')

export const tokensNew = command({
  name: 'tokens new',
  description: 'Make a token for a program; it is shown this once',
  params: {
    name: required('<name>', 'what it is for'),
    ...grantParams,
    days: {
      ...days,
      read: (raw) => (raw === undefined ? undefined : wholeNumber(required('--days', 'of days')).read(raw)),
    },
    fleet: fleetParam,
  },
  async run({ name, days: most, fleet, ...given }, io) {
    const order = { name, grants: grantsIn(given), ...(most !== undefined && { days: most }) }
    const made = await connect(fleet, io).addToken(order)
    return { page: made.token, json: made }
  },
})
