import { resolve } from 'node:path'
import { type GrantRecord, grant } from '@windlass/wire/operator'
import { CliError } from '../cli-error.ts'
import type { Io } from '../command.ts'
import { optional, type Param, several } from '../params.ts'
import { smallText } from '../small-file.ts'

const roles = several('--role <role...>', 'viewer, operator, approver or admin; ROLE:PRODUCT for one product only')

/** What somebody may do, as options say it. */
export const rolesParam: Param<GrantRecord[]> = {
  ...roles,
  read(raw) {
    const given = roles.read(raw)
    if (given.length === 0) throw new CliError('usage', `expected ${roles.flags} (${roles.says}), got none`)
    return given.map(grantOf)
  },
}

function grantOf(text: string): GrantRecord {
  const [role, product] = text.split(':')
  const result = grant.safeParse({ role, ...(product !== undefined && { product }) })
  if (result.success) return result.data
  throw new CliError('usage', `--role: expected ${roles.says}, got ${text}`)
}

/** `admin`, or `viewer of 3f1c0e5b8a7d, operator of …`. */
export function grantsText(grants: readonly GrantRecord[]): string {
  return grants.map(({ role, product }) => (product ? `${role} of ${product.slice(0, 12)}` : role)).join(', ')
}

export const passwordFile = optional('--password-file <file>', 'file with the password; without it the fleet makes one')

/** The first line of the file. */
export async function passwordIn(path: string | undefined, { cwd }: Io): Promise<string | undefined> {
  if (path === undefined) return undefined
  const [line = ''] = (await smallText(resolve(cwd, path))).split('\n')
  return line
}
