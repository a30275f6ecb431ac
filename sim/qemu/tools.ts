import { access, constants } from 'node:fs/promises'
import { delimiter, join } from 'node:path'

/** A program that builds or runs the device, or a file it needs, and the Debian package that brings it. */
interface Tool {
  needs: string
  from: string
}

const building: readonly Tool[] = [
  { needs: 'mmdebstrap', from: 'mmdebstrap' },
  { needs: 'depmod', from: 'kmod' },
  { needs: 'mksquashfs', from: 'squashfs-tools' },
  { needs: 'sfdisk', from: 'fdisk' },
  { needs: 'mkfs.ext4', from: 'e2fsprogs' },
  { needs: 'strip', from: 'binutils' },
  { needs: 'dpkg-deb', from: 'dpkg' },
]

/** By boot loader. */
export const tools = {
  grub: [
    ...building,
    { needs: 'grub-mkimage', from: 'grub-common' },
    { needs: '/usr/lib/grub/i386-pc/boot.img', from: 'grub-pc-bin' },
    { needs: 'qemu-system-x86_64', from: 'qemu-system-x86' },
  ],
  'systemd-boot': [
    ...building,
    { needs: 'mkfs.vfat', from: 'dosfstools' },
    { needs: 'mcopy', from: 'mtools' },
    { needs: '/usr/lib/systemd/boot/efi/systemd-bootx64.efi', from: 'systemd-boot-efi' },
    { needs: '/usr/share/OVMF/OVMF_CODE_4M.fd', from: 'ovmf' },
    { needs: 'qemu-system-x86_64', from: 'qemu-system-x86' },
  ],
  'u-boot': [
    ...building,
    { needs: 'aarch64-linux-gnu-strip', from: 'binutils-aarch64-linux-gnu' },
    { needs: 'mkimage', from: 'u-boot-tools' },
    { needs: '/usr/lib/u-boot/qemu_arm64/u-boot.bin', from: 'u-boot-qemu' },
    { needs: 'qemu-system-aarch64', from: 'qemu-system-arm' },
  ],
} as const satisfies Record<string, readonly Tool[]>

export type BootLoader = keyof typeof tools

/** What this machine lacks, with the packages that bring it, as the end of a test's name: `: lacks mcopy (mtools)`. Empty when nothing. */
export async function lacking(loader: BootLoader): Promise<string> {
  const found = await Promise.all(tools[loader].map(({ needs }) => isThere(needs)))
  const missing = tools[loader].filter((_, i) => !found[i]).map(({ needs, from }) => `${needs} (${from})`)
  return missing.length > 0 ? `: lacks ${missing.join(', ')}` : ''
}

async function isThere(needs: string): Promise<boolean> {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/sbin']
  const paths = needs.startsWith('/') ? [needs] : folders.map((folder) => join(folder, needs))
  const found = await Promise.all(
    paths.map((path) =>
      access(path, constants.R_OK).then(
        () => true,
        () => false,
      ),
    ),
  )
  return found.includes(true)
}
