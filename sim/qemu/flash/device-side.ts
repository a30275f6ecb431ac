import type { RootFiles } from '../image/root-files.ts'

/** The simulated chips as the kernel numbers and names them. UBI takes the second partition. */
export const chips = {
  nand: 'NAND simulator partition 0',
  nor: '/dev/mtd3',
  volume: 'assets',
} as const

/** Kernel modules with their options: NAND of 128 MiB in three partitions, with a bad block in the first; NOR of 4 MiB. */
export const flashModules: readonly string[] = [
  'nandsim first_id_byte=0x20 second_id_byte=0xa1 third_id_byte=0x00 fourth_id_byte=0x15 parts=64,128 badblocks=1',
  'mtdram total_size=4096 erase_size=128',
  // A compressor of UBIFS, which asks for it by name.
  'zstd',
  'ubifs',
]

/** So that a block of the volume is as large as the image on it was made for: its headers have a page each. */
const attach = `[Unit]
Description=Flash with a UBI volume
DefaultDependencies=no
ConditionKernelCommandLine=windlass.flash
Before=windlass-agent.service

[Service]
Type=oneshot
ExecStart=/usr/sbin/ubiattach -p /dev/mtd1 -O 2048
ExecStart=/usr/sbin/ubimkvol /dev/ubi0 -N ${chips.volume} -s 8MiB
`

/** How many bytes of NAND and NOR are of interest. */
export const flashBytes = { nand: 3_000_001, nor: 1_000_001 } as const

/** Simulated flash does not outlive the restart: before it, this says on the console what the flash holds. */
const tell = `#!/bin/sh
[ "$1" = reboot ] && grep -q windlass.flash /proc/cmdline || exit 0
exec > /dev/console 2>&1
echo "nand holds $(nanddump -q --bb=skipbad -l ${flashBytes.nand} /dev/mtd0 | head -c ${flashBytes.nand} | sha256sum)"
echo "nor holds $(head -c ${flashBytes.nor} ${chips.nor} | sha256sum)"
mkdir -p /run/assets
mount -t ubifs -o ro ubi0:${chips.volume} /run/assets
echo "volume holds $(sha256sum < /run/assets/song)"
umount /run/assets
`

/** What the device needs to have flash, and to say what it holds. */
export const flashFiles: RootFiles = {
  'etc/systemd/system/flash.service': attach,
  'etc/systemd/system/windlass-agent.service.d/flash.conf': '[Unit]\nWants=flash.service\n',
  'usr/share/updatehub/state-change-callback': tell,
}
