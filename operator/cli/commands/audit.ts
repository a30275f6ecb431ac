import type { AuditRecord } from '@windlass/wire/operator'
import { CliError } from '../cli-error.ts'
import { command } from '../command.ts'
import { connect, fleetParam } from '../fleet/connect.ts'
import { table } from '../page/table.ts'
import { optional, switchedOn, wholeNumber, withDefault } from '../params.ts'

export const audit = command({
  name: 'audit',
  description: 'Who changed what, when, from where, and with what result: newest first',
  params: {
    who: optional('--who <name>', 'only what this user or token did'),
    action: optional('--action <text>', 'only actions that have this in them, such as rollouts or "DELETE /users"'),
    since: optional('--since <time>', 'only from this time on, such as 2026-01-31 or 2026-01-31T08:00:00Z'),
    until: optional('--until <time>', 'only before this time'),
    refused: switchedOn('--refused', 'only what was refused'),
    limit: wholeNumber(withDefault('--limit <number>', 'how many', '50')),
    check: switchedOn('--check', 'check instead that no entry was changed or taken out'),
    fleet: fleetParam,
  },
  async run({ check, fleet, ...filter }, io) {
    const client = connect(fleet, io)
    if (check) {
      const checked = await client.checkAudit()
      const { entries, brokenAt, lastHash } = checked
      if (brokenAt !== null)
        return { page: `entry ${brokenAt} does not follow from the one before`, json: checked, ending: 'no' }
      return {
        page: `${entries} entries, each follows from the one before; the last is ${lastHash ?? 'none'}`,
        json: checked,
      }
    }
    const { who, action, refused, limit } = filter
    const since = timeOf('--since', filter.since)
    const until = timeOf('--until', filter.until)
    const { entries } = await client.audit({
      limit,
      ...(who !== undefined && { who }),
      ...(action !== undefined && { action }),
      ...(since !== undefined && { since }),
      ...(until !== undefined && { until }),
      ...(refused && { only: 'refused' as const }),
    })
    const page = entries.length > 0 ? table(entries.map(rowOf), heading) : 'Nothing'
    return { page, json: { entries } }
  },
})

const heading = ['ID', 'AT', 'WHO', 'FROM', 'ACTION', 'TARGET', 'RESULT']

function rowOf({ id, at, who, from, action, target, made, result, code }: AuditRecord): string[] {
  const came = made === null ? '' : ` (${made.slice(0, 20)})`
  return [String(id), at, who, from, action, target.replace('/api/v1', ''), code ?? `${result}${came}`]
}

function timeOf(flags: string, text: string | undefined): string | undefined {
  if (text === undefined) return undefined
  const at = Date.parse(text)
  if (Number.isNaN(at))
    throw new CliError('usage', `${flags}: expected a time such as 2026-01-31T08:00:00Z, got ${text}`)
  return new Date(at).toISOString()
}
