import { command } from '../command.ts'
import { connect, fleetParam } from '../fleet/connect.ts'
import { grantParams, grantsIn, grantsText } from '../fleet/grants.ts'
import { required } from '../params.ts'

export const usersRole = command({
  name: 'users role',
  description: 'Say anew what a user may do: all roles, at once also for running sessions and tokens',
  params: { name: required('<name>', 'the user'), ...grantParams, fleet: fleetParam },
  async run({ name, fleet, ...given }, io) {
    const user = await connect(fleet, io).setGrants(name, grantsIn(given))
    return { page: `${user.name} is ${grantsText(user.grants)}`, json: user }
  },
})
