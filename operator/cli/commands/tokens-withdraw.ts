import { command } from '../command.ts'
import { connect, fleetParam } from '../fleet/connect.ts'
import { required, wholeNumber } from '../params.ts'

export const tokensWithdraw = command({
  name: 'tokens withdraw',
  description: 'Let a token be good for nothing from now on',
  params: { id: wholeNumber(required('<id>', 'number of the token')), fleet: fleetParam },
  async run({ id, fleet }, io) {
    await connect(fleet, io).withdrawToken(id)
    return { page: `token ${id} is withdrawn`, json: { id } }
  },
})
