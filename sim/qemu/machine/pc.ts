import { grub } from '../disk/grub.ts'
import { quickPc, wholePc } from '../image/system.ts'
import { type Board, type Disk, driveOf } from './board.ts'

const bootControl = 'boot_control = "grub"\nboot_environment = "/boot/grub/grubenv"'
/** The machine's own is fed by systemd; the agent has the one that the kernel makes of a timer. */
const watchdog = '\n[windlass.watchdog]\ndevice = "/dev/watchdog1"\n'

const machine = (processor: string) => async (disk: Disk) => [
  '-M',
  'q35',
  '-cpu',
  processor,
  '-m',
  '512',
  '-drive',
  `${driveOf(disk)},if=virtio`,
]

/** A PC with a BIOS and GRUB. */
export const pc: Board = {
  system: wholePc,
  disk: grub(),
  bootControl: bootControl + watchdog,
  data: {},
  program: 'qemu-system-x86_64',
  args: machine('max'),
}

/**
 * The same with a kernel that is up soon, for tests that start it very often. What a newer processor has more costs a tenth of
 * each start where it is emulated.
 */
export const quickPcBoard: Board = { ...pc, system: quickPc, bootControl, args: machine('qemu64') }

/** The same with flash. */
export const flashPc: Board = { ...pc, disk: grub('windlass.flash') }
