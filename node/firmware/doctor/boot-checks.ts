import type { BootControl } from '../slots/boot-control.ts'
import { type Check, ok, type Patient, warning, wrong } from './check.ts'

/** The programs that each means runs; those that change something are only looked for. */
const programs: Readonly<Record<BootControl['kind'], readonly string[]>> = {
  scripts: ['updatehub-active-get', 'updatehub-active-set', 'updatehub-active-validated'],
  'u-boot': ['fw_printenv', 'fw_setenv'],
  grub: [],
  'systemd-boot': [],
  file: [],
}
const watchdogs = ['/dev/watchdog0', '/dev/watchdog']

/** Can it start the other set, and come back from one that hangs (docs/integration.md, "Boot loader")? */
export const bootChecks: readonly Check[] = [
  {
    name: 'boot-control',
    expected: 'means to choose the set that boots, which answer which one is active',
    async look(patient) {
      const { kind } = patient.settings.bootControl
      const absent = await missing(programs[kind], patient)
      if (absent.length > 0)
        return wrong(`no ${absent.join(', ')} in PATH`, `install what boot_control "${kind}" needs`)
      return ok(`${kind}: set ${await patient.slots.active()} is active`)
    },
  },
  {
    name: 'reboot',
    expected: 'the program reboot in PATH',
    async look({ processes }) {
      const path = await processes.find('reboot')
      return path ? ok(path) : wrong('none', 'install one: the agent restarts the device with it after an update')
    },
  },
  {
    name: 'watchdog',
    expected: 'a watchdog device in [windlass.watchdog], so that a new set that hangs is reset',
    async look({ files, settings }) {
      const { device } = settings.watchdog ?? {}
      if (device !== undefined && device !== 'auto') {
        if (await files.facts(device)) return ok(device)
        return wrong(`no ${device}`, 'load its driver, or correct windlass.watchdog.device')
      }
      for (const path of watchdogs) {
        if (!(await files.facts(path))) continue
        if (device === 'auto') return ok(path)
        return warning(
          `${path}, which nobody uses`,
          `set windlass.watchdog.device to ${path}, or RuntimeWatchdogSec= in systemd`,
        )
      }
      return warning(
        'none',
        'load the driver of the watchdog and set windlass.watchdog.device: else a hang is for ever',
      )
    },
  },
  {
    name: 'service-manager',
    expected: 'systemd-notify in PATH where systemd runs, for Type=notify and the watchdog of the service',
    async look({ files, processes }) {
      if (!(await files.facts('/run/systemd/system'))) return ok('no systemd here')
      const path = await processes.find('systemd-notify')
      return path ? ok(path) : wrong('no systemd-notify', 'install it, or set Type=exec and WatchdogSec=0 in a drop-in')
    },
  },
]

/** Those of these programs that PATH lacks. */
export async function missing(names: readonly string[], { processes }: Pick<Patient, 'processes'>): Promise<string[]> {
  const paths = await Promise.all(names.map((name) => processes.find(name)))
  return names.filter((_, index) => paths[index] === undefined)
}
