import type { TokenRecord } from '@windlass/wire/operator'
import { command } from '../command.ts'
import { connect, fleetParam } from '../fleet/connect.ts'
import { grantsText } from '../fleet/grants.ts'
import { table } from '../page/table.ts'

export const tokensList = command({
  name: 'tokens list',
  description: 'List tokens, with when each was last used: an admin sees all, others their own',
  params: { fleet: fleetParam },
  async run({ fleet }, io) {
    const tokens = await connect(fleet, io).tokens()
    const now = io.clock.now()
    const rows = tokens.map((token) => [
      String(token.id),
      token.name,
      grantsText(token.grants),
      token.madeBy ?? '-',
      standingOf(token, now),
      token.lastUsed ?? 'never',
    ])
    const page =
      rows.length > 0
        ? table(rows, ['ID', 'NAME', 'MAY', 'MADE BY', 'HOLDS', 'LAST USED'])
        : 'No tokens. Make one: windlass tokens new NAME --role viewer'
    return { page, json: { tokens } }
  },
})

function standingOf({ withdrawnAt, expiresAt }: TokenRecord, now: number): string {
  if (withdrawnAt !== null) return `withdrawn ${withdrawnAt}`
  if (expiresAt === null) return 'until withdrawn'
  return Date.parse(expiresAt) > now ? `until ${expiresAt}` : `over since ${expiresAt}`
}
