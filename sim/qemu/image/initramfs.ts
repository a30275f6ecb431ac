import { readFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { words } from '../words.ts'
import { type CpioEntry, packCpio } from './cpio.ts'

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
  const needs = await dependencies(modules)
  const [order, flashOrder] = [inOrder(always, needs), inOrder(forFlash, needs)]
  const paths = new Set([...order, ...flashOrder].map((line) => line.path))
  const file = (path: string, content: Uint8Array, mode: number): CpioEntry => ({
    path,
    mode: 0o100000 | mode,
    content,
  })
  const entries: CpioEntry[] = [
    { path: 'bin', mode: 0o040755 },
    { path: 'dev', mode: 0o040755 },
    { path: 'modules', mode: 0o040755 },
    { path: 'dev/console', mode: 0o020600, device: { major: 5, minor: 1 } },
    file('bin/busybox', await readFile(busybox), 0o755),
    file('init', Buffer.from(init), 0o755),
    file('modules/order', textOf(order), 0o644),
    file('modules/flash-order', textOf(flashOrder), 0o644),
  ]
  for (const path of paths) entries.push(file(`modules/${basename(path)}`, await readFile(join(modules, path)), 0o644))
  return gzipSync(packCpio(entries))
}

/** A module of the kernel, as a path below its folder of modules. */
interface Insertion {
  path: string
  options: string
}

type Dependencies = ReadonlyMap<string, readonly string[]>

/** By path, from `modules.dep`: `kernel/a.ko: kernel/b.ko kernel/c.ko`, the deepest last. */
async function dependencies(modules: string): Promise<Dependencies> {
  const lines = (await readFile(join(modules, 'modules.dep'), 'utf8')).split('\n').filter(Boolean)
  return new Map(
    lines.map((line) => {
      const [path = '', needs = ''] = line.split(':')
      return [path, words(needs).filter(Boolean).reverse()]
    }),
  )
}

/** Each wanted module, `name option option`, after those that it depends on. */
function inOrder(wanted: readonly string[], needs: Dependencies): Insertion[] {
  const byName = new Map([...needs.keys()].map((path) => [basename(path, '.ko').replaceAll('-', '_'), path]))
  const options = new Map<string, string>()
  for (const line of wanted) {
    const [name = '', ...given] = words(line)
    const path = byName.get(name)
    if (path === undefined) continue
    for (const needed of needs.get(path) ?? []) options.set(needed, options.get(needed) ?? '')
    options.set(path, given.join(' '))
  }
  return [...options].map(([path, given]) => ({ path, options: given }))
}

function textOf(order: readonly Insertion[]): Buffer {
  return Buffer.from(order.map(({ path, options }) => `${basename(path)} ${options}\n`).join(''))
}
