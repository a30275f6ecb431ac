import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { packCpio } from '../image/cpio.ts'
import { insertions, moduleFiles } from '../image/modules.ts'
import { words } from '../words.ts'

/** To come to this machine's files; all else the kernel asks for by itself. */
const wanted = words('virtio_pci virtio_rng 9p 9pnet_virtio overlay loop')

/** This machine's files are never written: what the guest changes is in its memory. */
const init = `#!/bin/busybox sh
/bin/busybox mkdir -p /bin /proc /sys /dev /root /host /changes
/bin/busybox --install -s /bin
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs devtmpfs /dev
while read -r module options; do insmod /modules/$module $options; done < /modules/order

share=trans=virtio,version=9p2000.L,ro,cache=loose,msize=512000
mount -t 9p -o $share host /host
mount -t tmpfs tmpfs /changes
mkdir /changes/files /changes/work
mount -t overlay -o lowerdir=/host,upperdir=/changes/files,workdir=/changes/work overlay /root
mkdir -p /root/lib/modules/$(uname -r)
mount -t 9p -o $share modules /root/lib/modules/$(uname -r)
mount -t tmpfs tmpfs /root/run
mount --move /proc /root/proc
mount --move /sys /root/sys
mount --move /dev /root/dev
mount -t cgroup2 cgroup2 /root/sys/fs/cgroup
mkdir -p /root/dev/pts /root/dev/shm
mount -t devpts devpts /root/dev/pts
mount -t tmpfs tmpfs /root/dev/shm
ip link set lo up
exec switch_root /root /bin/sh -c "$(sed 's/.*windlass.run=//' /root/proc/cmdline | base64 -d)"
`

/** @param tree Debian's kernel and busybox, unpacked @param modules its folder of modules */
export async function guestInitramfs(tree: string, modules: string): Promise<Buffer> {
  return gzipSync(
    packCpio([
      { path: 'bin', mode: 0o040755 },
      { path: 'dev', mode: 0o040755 },
      { path: 'dev/console', mode: 0o020600, device: { major: 5, minor: 1 } },
      { path: 'bin/busybox', mode: 0o100755, content: await readFile(join(tree, 'bin/busybox')) },
      { path: 'init', mode: 0o100755, content: Buffer.from(init) },
      ...(await moduleFiles(modules, { order: await insertions(modules, wanted) })),
    ]),
  )
}
