import { command } from '../command.ts'
import { connect, fleetParam } from '../fleet/connect.ts'
import { required } from '../params.ts'

export const usersRemove = command({
  name: 'users remove',
  description: 'Let a user in no more: ends the sessions and withdraws the tokens, too',
  params: { name: required('<name>', 'the user'), fleet: fleetParam },
  async run({ name, fleet }, io) {
    await connect(fleet, io).removeUser(name)
    return { page: `${name} is no user any more`, json: { name } }
  },
})
