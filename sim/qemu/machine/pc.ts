import { grub } from '../disk/grub.ts'
import { quickPc, wholePc } from '../image/system.ts'
import { type Board, driveOf } from './board.ts'

/** A PC with a BIOS and GRUB. */
export const pc: Board = {
  system: wholePc,
  disk: grub(),
  bootControl: 'boot_control = "grub"\nboot_environment = "/boot/grub/grubenv"',
  data: {},
  program: 'qemu-system-x86_64',
  args: async (disk) => ['-M', 'q35', '-cpu', 'max', '-m', '512', '-drive', `${driveOf(disk)},if=virtio`],
}

/** The same with a kernel that is up soon, for tests that start it very often. */
export const quickPcBoard: Board = { ...pc, system: quickPc }

/** The same with flash. */
export const flashPc: Board = { ...pc, disk: grub('windlass.flash') }
