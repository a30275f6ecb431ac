import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Cache } from '../cache.ts'
import { debianTree } from '../image/debian.ts'
import { wholePc } from '../image/system.ts'
import { type Machine, startMachine } from '../machine/qemu.ts'
import { runTool } from '../run-tool.ts'
import { words } from '../words.ts'
import { guestInitramfs } from './init.ts'

/**
 * This machine's files under Debian's kernel, which has what this machine's own may lack. What the guest writes is in its memory.
 * `script`: a shell script, its first process; when that ends, so does the guest. `log`: takes what it says.
 */
export async function startGuest(cache: Cache, script: string, log: string): Promise<Machine> {
  const { name, architecture, kernel } = wholePc
  const tree = await debianTree(cache, `kernel-${name}`, architecture, [kernel, 'busybox-static'])
  const [release = ''] = await readdir(join(tree, 'lib/modules'))
  const modules = join(tree, 'lib/modules', release)
  const recipe = await readFile(join(import.meta.dirname, 'init.ts'), 'utf8')
  const initrd = await cache.keep('guest-initrd', [tree, recipe], async (path) => {
    await runTool('depmod', ['-b', tree, release])
    await writeFile(path, await guestInitramfs(tree, modules))
  })
  const run = Buffer.from(`${script}\npoweroff -f\n`).toString('base64')
  const args = [
    ...words('-M q35 -cpu max -m 1536 -smp 2 -accel tcg,thread=multi,tb-size=512'),
    ...words('-nodefaults -display none -no-user-config -no-reboot -device virtio-rng-pci'),
    '-kernel',
    join(tree, 'boot', `vmlinuz-${release}`),
    '-initrd',
    initrd,
    '-append',
    `console=ttyS0 quiet panic=-1 windlass.run=${run}`,
    ...shared('host', '/'),
    ...shared('modules', modules),
  ]
  return startMachine({ program: 'qemu-system-x86_64', args, log })
}

function shared(tag: string, path: string): string[] {
  const files = `local,id=${tag},path=${path},security_model=none,readonly=on,multidevs=remap`
  return ['-fsdev', files, '-device', `virtio-9p-pci,fsdev=${tag},mount_tag=${tag}`]
}
