import type { OperatorClient, PackageRecord } from '@windlass/wire/operator'
import { CliError } from '../cli-error.ts'

/** People name devices and packages by the first digits of their ids. */
const form = /^[a-f0-9]{4,64}$/

/** The package that a uid or the beginning of one names. @throws CliError `missing`, `usage` */
export async function packageNamed(fleet: OperatorClient, name: string): Promise<PackageRecord> {
  if (isWhole(name)) return await fleet.package(name)
  checkForm(name)
  const all = await fleet.packages()
  return only(
    name,
    all.filter(({ uid }) => uid.startsWith(name)),
    'package',
    'windlass list',
  )
}

/** The id of the device that an id or the beginning of one names. @throws CliError `missing`, `usage` */
export async function deviceNamed(fleet: OperatorClient, name: string): Promise<string> {
  if (isWhole(name)) return name
  checkForm(name)
  // The list goes by id: what begins so comes right behind it. A search would find it in versions and identities, too.
  const { devices } = await fleet.devices({ cursor: name, limit: 2 })
  return only(
    name,
    devices.filter(({ id }) => id.startsWith(name)),
    'device',
    'windlass devices',
  ).id
}

/** The ids of several devices, each once. @throws CliError `missing`, `usage` */
export async function devicesNamed(fleet: OperatorClient, names: readonly string[]): Promise<string[]> {
  const devices: string[] = []
  for (const name of names) devices.push(await deviceNamed(fleet, name))
  return [...new Set(devices)]
}

/** The first digits, as lists show them and all commands take them. */
export function shortId(id: string): string {
  return id.slice(0, 12)
}

function isWhole(name: string): boolean {
  return form.test(name) && name.length === 64
}

function checkForm(name: string): void {
  if (!form.test(name)) throw new CliError('usage', `expected an id or at least its first 4 digits, got ${name}`)
}

function only<T>(name: string, found: readonly T[], what: string, list: string): T {
  const [first, ...more] = found
  if (first === undefined)
    throw new CliError('missing', `expected a ${what} whose id begins with ${name}, got none; see ${list}`)
  if (more.length > 0) throw new CliError('usage', `expected one ${what}, got several whose ids begin with ${name}`)
  return first
}
