import type { Files, Processes } from '@windlass/platform'
import type { BootControl } from './boot-control.ts'
import { fileSlots } from './file-slots.ts'
import { grubSlots } from './grub-slots.ts'
import type { Slots } from './port.ts'
import { scriptSlots } from './script-slots.ts'
import { systemdBootSlots } from './systemd-boot-slots.ts'
import { ubootSlots } from './uboot-slots.ts'

/** The slots by the means that the settings name. */
export function slotsFor(control: BootControl, { files, processes }: { files: Files; processes: Processes }): Slots {
  const proc = '/proc'
  switch (control.kind) {
    case 'scripts':
      return scriptSlots(processes)
    case 'u-boot':
      return ubootSlots(processes, control.config)
    case 'grub':
      return grubSlots(control.path, { files, proc })
    case 'systemd-boot':
      return systemdBootSlots(control.path, { files, proc })
    case 'file':
      return fileSlots(control.path, files)
  }
}
