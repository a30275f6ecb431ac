import { command } from '../command.ts'
import { connect, fleetParam } from '../fleet/connect.ts'
import { grantsText, rolesParam } from '../fleet/grants.ts'
import { required } from '../params.ts'

export const usersRole = command({
  name: 'users role',
  description: 'Say anew what a user may do: all roles, at once also for running sessions and tokens',
  params: { name: required('<name>', 'the user'), roles: rolesParam, fleet: fleetParam },
  async run({ name, roles, fleet }, io) {
    const user = await connect(fleet, io).setGrants(name, roles)
    return { page: `${user.name} is ${grantsText(user.grants)}`, json: user }
  },
})
