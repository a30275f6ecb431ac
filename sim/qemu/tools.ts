import { access, constants, readFile } from 'node:fs/promises'
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
  { needs: 'flock', from: 'util-linux' },
]

const grub: readonly Tool[] = [
  ...building,
  { needs: 'grub-mkimage', from: 'grub-common' },
  { needs: '/usr/lib/grub/i386-pc/boot.img', from: 'grub-pc-bin' },
  { needs: 'qemu-system-x86_64', from: 'qemu-system-x86' },
]

/** By boot loader, for the device with flash, and for this machine under Debian's kernel. */
export const tools = {
  grub,
  guest: [
    { needs: 'mmdebstrap', from: 'mmdebstrap' },
    { needs: 'depmod', from: 'kmod' },
    { needs: 'flock', from: 'util-linux' },
    { needs: 'qemu-system-x86_64', from: 'qemu-system-x86' },
    { needs: 'crun', from: 'crun' },
    { needs: 'setquota', from: 'quota' },
    { needs: 'mkfs.ext4', from: 'e2fsprogs' },
  ],
  flash: [...grub, { needs: 'mkfs.ubifs', from: 'mtd-utils' }],
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

/** Whoever is not root unpacks Debian's packages in a user namespace. */
const withoutRoot: readonly Tool[] = [{ needs: 'newuidmap', from: 'uidmap, or root' }]

/** What this machine lacks, with the packages that bring it, as the end of a test's name: `: lacks mcopy (mtools)`. Empty when nothing. */
export async function lacking(what: keyof typeof tools): Promise<string> {
  if (!(await isDebian())) return ": lacks Debian's package sources"
  const needed = [...tools[what], ...(process.getuid?.() === 0 ? [] : withoutRoot)]
  const found = await Promise.all(needed.map(({ needs }) => isThere(needs)))
  const missing = needed.filter((_, i) => !found[i]).map(({ needs, from }) => `${needs} (${from})`)
  return missing.length > 0 ? `: lacks ${missing.join(', ')}` : ''
}

async function isDebian(): Promise<boolean> {
  const about = await readFile('/etc/os-release', 'utf8').catch(() => '')
  return about.split('\n').includes('ID=debian')
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
