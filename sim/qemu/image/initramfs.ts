import { readFile } from 'node:fs/promises'
import { gzipSync } from 'node:zlib'
import { words } from '../words.ts'
import { type CpioEntry, packCpio } from './cpio.ts'
import { insertions, moduleFiles } from './modules.ts'

/** What the device's hardware and partitions need. Modules that are built in, or not made for its architecture, are left out. */
const always = words(`
  virtio_pci virtio_mmio virtio_blk virtio_net virtio_rng i6300esb softdog squashfs ext4 crc32c_generic vfat nls_ascii nls_cp437
`)

const init = `#!/bin/busybox sh
# Finds the root that the boot loader names, mounts what both sets share, and hands over.
/bin/busybox mkdir -p /bin /proc /sys /dev /root
/bin/busybox --install -s /bin
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs devtmpfs /dev
insert() { while read -r module options; do insmod /modules/$module $options; done < /modules/$1; }
insert order
! grep -q windlass.flash /proc/cmdline || insert flash-order

# From here on whoever hangs is reset: closed without its farewell, the watchdog goes on counting.
echo > /dev/watchdog

value() { sed -n "s/.*\\b$1=\\([^ ]*\\).*/\\1/p" /proc/cmdline; }
root=$(value root)
boot=$(value windlass.boot)
while [ ! -e "$root" -o ! -e /dev/vda5 ]; do sleep 0.1; done
mount -t squashfs -o ro "$root" /root
[ -z "$boot" ] || mount -o noatime "$boot" /root/boot
data() { mount -t ext4 -o noatime /dev/vda5 /root/data; }
# A cut can leave one half of the superblock new and the other old: no mount, until it is made anew from its copies.
data || { mount -o bind /dev /root/dev; chroot /root e2fsck -y /dev/vda5; umount /root/dev; data; }
mount -t tmpfs tmpfs /root/var
mkdir -p /root/var/lock /root/var/lib
ln -s /run /root/var/run

ip link set lo up
ip link set eth0 up
ip addr add 10.0.2.15/24 dev eth0
ip route add default via 10.0.2.2

umount /proc /sys
mount --move /dev /root/dev
exec switch_root /root /release/init
`

/** Mounts nothing but what an update needs; the kernel's modules all come from here, in the order they have to. */
export async function makeInitramfs(busybox: string, modules: string, forFlash: readonly string[]): Promise<Buffer> {
  const [order, flashOrder] = [await insertions(modules, always), await insertions(modules, forFlash)]
  const entries: CpioEntry[] = [
    { path: 'bin', mode: 0o040755 },
    { path: 'dev', mode: 0o040755 },
    { path: 'dev/console', mode: 0o020600, device: { major: 5, minor: 1 } },
    { path: 'bin/busybox', mode: 0o100755, content: await readFile(busybox) },
    { path: 'init', mode: 0o100755, content: Buffer.from(init) },
    ...(await moduleFiles(modules, { order, 'flash-order': flashOrder })),
  ]
  return gzipSync(packCpio(entries))
}
