import { SettingsError } from '@windlass/platform'
import { loadSettings } from '../load-settings.ts'
import type { Settings } from '../settings.ts'
import { bootChecks } from './boot-checks.ts'
import { type Check, type Finding, ok, type Patient, warning, wrong } from './check.ts'
import { identityChecks } from './identity-checks.ts'
import { networkChecks } from './network-checks.ts'
import { packageChecks } from './package-checks.ts'
import { storageChecks } from './storage-checks.ts'

/** A finding with the line of the guide that it belongs to. */
export type Line = Finding & Pick<Check, 'name' | 'expected'>

export const settingsLine = {
  name: 'settings',
  expected: 'a settings file with every key of UpdateHub and none that nobody knows',
} as const

/** All that are looked at once the settings are read, in the order of the guide. */
export const checks: readonly Check[] = [
  ...identityChecks,
  ...bootChecks,
  ...storageChecks,
  ...packageChecks,
  ...networkChecks,
]

/** The means of a patient; its slots depend on its settings. */
export type Means = Omit<Patient, 'settings' | 'slots'> & { slotsOf(settings: Settings): Patient['slots'] }

/** Looks at a device line by line. Where the settings cannot be read, that is the only line. */
export async function examine(settingsPath: string, means: Means): Promise<Line[]> {
  let settings: Settings
  try {
    settings = await loadSettings(settingsPath, means.files)
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error
    return [{ ...settingsLine, ...wrong(error.message, `correct ${settingsPath}; the other checks need it`) }]
  }
  const patient = { ...means, settings, slots: means.slotsOf(settings) }
  const lines: Line[] = [{ ...settingsLine, ...(await whereFrom(settingsPath, patient)) }]
  for (const check of checks) lines.push(await lineOf(check, patient))
  return lines
}

/** A device is fit when nothing is wrong; warnings are for its integrator to weigh. */
export function isFit(lines: readonly Line[]): boolean {
  return lines.every(({ verdict }) => verdict !== 'wrong')
}

async function whereFrom(path: string, { files }: Patient): Promise<Finding> {
  if (await files.facts(path)) return ok(path)
  return warning(`no ${path}`, 'write one: the defaults poll a public server once a day')
}

async function lineOf(check: Check, patient: Patient): Promise<Line> {
  const { name, expected } = check
  try {
    return { name, expected, ...(await check.look(patient)) }
  } catch (error) {
    const came = error instanceof Error ? error.message : String(error)
    return { name, expected, ...wrong(came, 'mend what is named there') }
  }
}
