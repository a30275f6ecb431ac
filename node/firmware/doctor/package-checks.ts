import type { Mode } from '@windlass/model'
import { supportsMode } from '../settings.ts'
import { missing } from './boot-checks.ts'
import { type Check, ok, warning } from './check.ts'

/** The programs that each mode runs, beside those for a filesystem that a package names. */
const tools: Readonly<Record<Mode, readonly string[]>> = {
  copy: [],
  flash: ['flash_erase', 'nandwrite', 'flashcp'],
  imxkobs: ['kobs-ng'],
  mender: [],
  raw: [],
  'raw-delta': [],
  tarball: ['tar'],
  test: [],
  ubifs: ['ubinfo', 'ubiupdatevol'],
  'uboot-env': ['fw_setenv'],
  zephyr: [],
}

/** What packages may ask for (docs/integration.md, "Settings"). */
export const packageChecks: readonly Check[] = [
  {
    name: 'install-modes',
    expected: 'the programs of every mode in update.supported_install_modes',
    async look(patient) {
      const { installModes } = patient.settings
      const modes = Object.entries(tools).filter(([mode]) => supportsMode(installModes, mode as Mode))
      const lacking: string[] = []
      for (const [mode, names] of modes) {
        const absent = await missing(names, patient)
        if (absent.length > 0) lacking.push(`${mode} lacks ${absent.join(', ')}`)
      }
      if (lacking.length === 0) return ok(modes.map(([mode]) => mode).join(' '))
      return warning(
        lacking.join('; '),
        'install them, or take these modes out of the settings: such packages are refused',
      )
    },
  },
]
