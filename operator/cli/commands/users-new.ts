import { command } from '../command.ts'
import { connect, fleetParam } from '../fleet/connect.ts'
import { grantParams, grantsIn, grantsText, passwordFile, passwordIn } from '../fleet/grants.ts'
import { facts } from '../page/table.ts'
import { required } from '../params.ts'

export const usersNew = command({
  name: 'users new',
  description: 'Let somebody sign in. With the first user, who is an admin, the fleet stops to be open',
  params: { name: required('<name>', 'what the user signs in as'), ...grantParams, passwordFile, fleet: fleetParam },
  async run({ name, passwordFile: file, fleet, ...given }, io) {
    const password = await passwordIn(file, io)
    const order = { name, grants: grantsIn(given), ...(password !== undefined && { password }) }
    const user = await connect(fleet, io).addUser(order)
    const page = facts({
      user: user.name,
      may: grantsText(user.grants),
      password: user.password === null ? undefined : `${user.password} (shown this once)`,
    })
    return { page, json: user }
  },
})
