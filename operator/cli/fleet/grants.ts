import { resolve } from 'node:path'
import { type GrantRecord, grant } from '@windlass/wire/operator'
import { CliError } from '../cli-error.ts'
import type { Io } from '../command.ts'
import { optional, type Param, several } from '../params.ts'
import { smallText } from '../small-file.ts'

const roles = several(
  '--role <role...>',
  'viewer, operator, approver or admin; ROLE:PRODUCT or ROLE:GROUP for those devices only',
)
const group = optional(
  '--group <name>',
  'the group of devices that roles without PRODUCT or GROUP are for; without it all',
)

/** What somebody may do, as options say it. */
export const grantParams = {
  roles: {
    ...roles,
    read(raw) {
      const given = roles.read(raw)
      if (given.length === 0) throw new CliError('usage', `expected ${roles.flags} (${roles.says}), got none`)
      return given
    },
  } satisfies Param<readonly string[]>,
  group,
}

/** The roles of these options. A product's uid is longer than any name of a group. */
export function grantsIn(given: { roles: readonly string[]; group: string | undefined }): GrantRecord[] {
  return given.roles.map((text) => {
    const [role, over = given.group] = text.split(':')
    const where = over === undefined ? {} : /^[a-f0-9]{64}$/.test(over) ? { product: over } : { group: over }
    const result = grant.safeParse({ role, ...where })
    if (result.success) return result.data
    throw new CliError('usage', `${roles.flags}, ${group.flags}: expected ${roles.says}, got ${text}`)
  })
}

/** `admin`, or `viewer of 3f1c0e5b8a7d, operator of group pilots`. */
export function grantsText(grants: readonly GrantRecord[]): string {
  return grants.map(grantText).join(', ')
}

function grantText({ role, product, group: name }: GrantRecord): string {
  if (name !== undefined) return `${role} of group ${name}`
  return product === undefined ? role : `${role} of ${product.slice(0, 12)}`
}

export const passwordFile = optional('--password-file <file>', 'file with the password; without it the fleet makes one')

/** The first line of the file. */
export async function passwordIn(path: string | undefined, { cwd }: Io): Promise<string | undefined> {
  if (path === undefined) return undefined
  const [line = ''] = (await smallText(resolve(cwd, path))).split('\n')
  return line
}
