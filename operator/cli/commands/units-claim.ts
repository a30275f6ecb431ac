import { CliError } from '../cli-error.ts'
import { command } from '../command.ts'
import { connect, fleetParam } from '../fleet/connect.ts'
import { table } from '../page/table.ts'
import { optional, required, wholeNumberIf } from '../params.ts'

export const unitsClaim = command({
  name: 'units claim',
  description: 'Let one unit enrol, once, or so many: prints the token that goes into their settings',
  params: {
    id: optional('--id <id>', 'only this unit may use it'),
    uses: wholeNumberIf('--uses <n>', 'so many units may enrol with it (default: 1)'),
    until: optional('--until <time>', 'refuse it from then on, such as 2026-12-31T18:00:00Z (default: no end)'),
    fleet: fleetParam,
  },
  async run({ id, uses, until, fleet }, io) {
    const claim = await connect(fleet, io).claim({
      ...(id !== undefined && { systemId: id }),
      ...(uses !== undefined && { uses }),
      ...(until !== undefined && { expiresAt: instantOf(until) }),
    })
    return { page: claim.token, json: claim }
  },
})

export const unitsClaimsList = command({
  name: 'units claims list',
  description: 'List the claims, newest first: which are open, until when, and which units used them',
  params: { fleet: fleetParam },
  async run({ fleet }, io) {
    const claims = await connect(fleet, io).claims()
    const rows = claims.map(({ id, state, systemId, uses, usesLeft, usedBy, expiresAt }) => {
      return [id, state, systemId ?? 'any', `${usesLeft} of ${uses}`, expiresAt ?? '-', usedBy.join(' ') || '-']
    })
    const none = 'No claims yet. Make one: windlass units claim'
    const page = rows.length > 0 ? table(rows, ['CLAIM', 'STATE', 'FOR', 'LEFT', 'UNTIL', 'USED BY']) : none
    return { page, json: { claims } }
  },
})

export const unitsClaimsWithdraw = command({
  name: 'units claims withdraw',
  description: 'Take a claim back; units that enrolled with it stay',
  params: { id: required('<id>', 'the claim, as `windlass units claims list` shows it'), fleet: fleetParam },
  async run({ id, fleet }, io) {
    await connect(fleet, io).withdrawClaim(id)
    return { page: `Claim ${id} is withdrawn.`, json: { withdrawn: id } }
  },
})

function instantOf(text: string): string {
  const ms = Date.parse(text)
  if (!Number.isNaN(ms)) return new Date(ms).toISOString()
  throw new CliError('usage', `--until: expected a time such as 2026-12-31T18:00:00Z, got ${text}`)
}
