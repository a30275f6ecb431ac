import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { runTool } from '../run-tool.ts'
import { bootFilesOf, type DiskPlan, example, ext4, put } from './make-disk.ts'

const mib = 1024 * 1024
const linux = '0FC63DAF-8483-4772-8E79-3D69D8477DE4'

/** U-Boot, which the machine has in its ROM: a script and a kernel on its first partition, its environment on the second. */
export const uBoot: Pick<DiskPlan, 'firmware' | 'boot' | 'install'> = {
  firmware: { bytes: 128 * mib, type: linux },
  boot: { bytes: mib },
  async install(disk, { firmware, slotA }, work) {
    const [source, script] = [join(work, 'boot.cmd'), join(work, 'boot.scr')]
    await writeFile(source, adapted(await example('u-boot/boot.cmd')))
    await runTool('mkimage', ['-A', 'arm64', '-T', 'script', '-C', 'none', '-d', source, script])
    const folder = await bootFilesOf(slotA, work)
    await writeFile(join(folder, 'boot.scr'), await readFile(script))
    await put(disk, await ext4(folder, {}, 128 * mib, ['-O', '^metadata_csum,^64bit', '-L', 'boot']), firmware)
  },
}

const variables = 'updatehub_active upgrade_available bootcount'
const load = `part start virtio 0 2 envblk
setenv ea 0x4a000000
virtio read \${ea} \${envblk} 20
env import -c \${ea} 0x4000 ${variables}
`
const save = `env export -c -s 0x4000 \${ea} ${variables}; virtio write \${ea} \${envblk} 20`
const start = `setenv bootargs "root=/dev/vda\${slot_part} ro panic=2 console=ttyAMA0 quiet windlass.slot=\${slot}"
load virtio 0:1 \${kernel_addr_r} /vmlinuz
load virtio 0:1 \${ramdisk_addr_r} /initrd.img
booti \${kernel_addr_r} \${ramdisk_addr_r}:\${filesize} \${fdtcontroladdr}
`

/**
 * The example as an integrator would adapt it to this board. Its U-Boot cannot write the environment where it has it
 * (QEMU's flash times out), so the script itself keeps it on a partition, in fw_setenv's form.
 */
function adapted(text: string): string {
  const rules = text.slice(text.indexOf('# Nothing was saved yet'), text.indexOf('setenv bootargs'))
  const end = text.slice(text.indexOf('# Here only when'))
  const ours = rules
    .replaceAll('saveenv', save)
    .replace('slot_part 3', 'slot_part 4')
    .replace('slot_part 2', 'slot_part 3')
  return load + ours + start + end
}
