import { command } from '../command.ts'
import { connect, fleetParam } from '../fleet/connect.ts'
import { grantsText, passwordFile, passwordIn, rolesParam } from '../fleet/grants.ts'
import { facts } from '../page/table.ts'
import { required } from '../params.ts'

export const usersNew = command({
  name: 'users new',
  description: 'Let somebody sign in. With the first user, who is an admin, the fleet stops to be open',
  params: { name: required('<name>', 'what the user signs in as'), roles: rolesParam, passwordFile, fleet: fleetParam },
  async run({ name, roles, passwordFile: file, fleet }, io) {
    const password = await passwordIn(file, io)
    const order = { name, grants: roles, ...(password !== undefined && { password }) }
    const user = await connect(fleet, io).addUser(order)
    const page = facts({
      user: user.name,
      may: grantsText(user.grants),
      password: user.password === null ? undefined : `${user.password} (shown this once)`,
    })
    return { page, json: user }
  },
})
