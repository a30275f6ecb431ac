import { command } from '../command.ts'
import { connect, fleetParam } from '../fleet/connect.ts'
import { grantsText } from '../fleet/grants.ts'
import { table } from '../page/table.ts'

export const usersList = command({
  name: 'users list',
  description: 'List who may sign in, and what they may do',
  params: { fleet: fleetParam },
  async run({ fleet }, io) {
    const users = await connect(fleet, io).users()
    const rows = users.map(({ name, grants, signsIn, lastSignIn, lockedUntil }) => [
      name,
      grantsText(grants),
      lockedUntil !== null && Date.parse(lockedUntil) > io.clock.now() ? `locked until ${lockedUntil}` : signsIn,
      lastSignIn ?? 'never',
    ])
    const page =
      rows.length > 0
        ? table(rows, ['USER', 'MAY', 'SIGNS IN BY', 'LAST SIGN-IN'])
        : 'No users yet: on this machine everybody may do everything. Make the first: windlass users new NAME --role admin'
    return { page, json: { users } }
  },
})
