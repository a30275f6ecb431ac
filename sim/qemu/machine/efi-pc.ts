import { copyFile } from 'node:fs/promises'
import { join } from 'node:path'
import { systemdBoot } from '../disk/systemd-boot.ts'
import { quickPc } from '../image/system.ts'
import { words } from '../words.ts'
import { type Board, driveOf } from './board.ts'

/** A PC with UEFI and systemd-boot. */
export const efiPc: Board = {
  system: quickPc,
  disk: systemdBoot,
  bootControl: 'boot_control = "systemd-boot"\nboot_environment = "/boot"',
  data: {},
  program: 'qemu-system-x86_64',
  async args(disk, work) {
    const variables = join(work, 'efi-variables.fd')
    await copyFile('/usr/share/OVMF/OVMF_VARS_4M.fd', variables)
    return [
      ...words('-M q35,smm=off -cpu max -m 512'),
      '-drive',
      `${driveOf(disk)},if=virtio`,
      ...words('-drive if=pflash,format=raw,readonly=on,file=/usr/share/OVMF/OVMF_CODE_4M.fd'),
      '-drive',
      `if=pflash,format=raw,file=${variables}`,
    ]
  },
}
