import { uBoot } from '../disk/u-boot.ts'
import { quickArm } from '../image/system.ts'
import { words } from '../words.ts'
import { type Board, driveOf } from './board.ts'

/** A 64-bit ARM board with U-Boot. */
export const armBoard: Board = {
  system: quickArm,
  disk: uBoot,
  bootControl: 'boot_control = "u-boot"\nboot_environment = "/data/etc/fw_env.config"',
  data: { 'etc/fw_env.config': '/dev/vda2 0x0 0x4000\n' },
  program: 'qemu-system-aarch64',
  args: async (disk) => [
    ...words('-M virt -cpu cortex-a57 -m 1024 -bios /usr/lib/u-boot/qemu_arm64/u-boot.bin'),
    '-drive',
    `${driveOf(disk)},if=none,id=disk`,
    ...words('-device virtio-blk-device,drive=disk'),
  ],
}
