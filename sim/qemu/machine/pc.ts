import { grub } from '../disk/grub.ts'
import { type Board, driveOf } from './board.ts'

/** A PC with a BIOS and GRUB. */
export const pc: Board = {
  architecture: 'amd64',
  packages: [],
  disk: grub,
  bootControl: 'boot_control = "grub"\nboot_environment = "/boot/grub/grubenv"',
  data: {},
  program: 'qemu-system-x86_64',
  args: async (disk) => ['-M', 'q35', '-cpu', 'max', '-m', '512', '-drive', `${driveOf(disk)},if=virtio`],
}
