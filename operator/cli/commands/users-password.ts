import { command } from '../command.ts'
import { connect, fleetParam } from '../fleet/connect.ts'
import { passwordFile, passwordIn } from '../fleet/grants.ts'
import { required } from '../params.ts'

export const usersPassword = command({
  name: 'users password',
  description: 'Give a user another password; ends the sessions and lifts a lock',
  params: { name: required('<name>', 'the user'), passwordFile, fleet: fleetParam },
  async run({ name, passwordFile: file, fleet }, io) {
    const password = await connect(fleet, io).setPassword(name, await passwordIn(file, io))
    return { page: password ?? `${name} has the password of the file`, json: { password } }
  },
})
