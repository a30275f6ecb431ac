import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { runTool } from '../run-tool.ts'
import { bootFilesOf, type DiskPlan, example, put } from './make-disk.ts'

const mib = 1024 * 1024
const efiSystem = 'C12A7328-F81F-11D2-BA4B-00A0C93EC93B'
const folders = ['EFI', 'EFI/BOOT', 'loader', 'loader/entries', 'a', 'b'] as const

/** systemd-boot on an EFI system partition, with the entries of our documentation. Both sets' kernels lie there. */
export const systemdBoot: Pick<DiskPlan, 'firmware' | 'boot' | 'install'> = {
  firmware: { bytes: 64 * mib, type: efiSystem },
  boot: { bytes: mib },
  async install(disk, { firmware, slotA }, work) {
    const image = join(work, 'esp.img')
    await runTool('mkfs.vfat', ['-F', '32', '-C', image, String((64 * mib) / 1024)])
    await runTool('mmd', ['-i', image, ...folders.map((folder) => `::${folder}`)])
    const copy = (from: string, to: string) => runTool('mcopy', ['-i', image, from, `::${to}`])
    await copy('/usr/lib/systemd/boot/efi/systemd-bootx64.efi', 'EFI/BOOT/BOOTX64.EFI')
    const kernel = await bootFilesOf(slotA, work)
    for (const set of ['a', 'b']) {
      for (const name of ['vmlinuz', 'initrd.img']) await copy(join(kernel, name), `${set}/${name}`)
    }
    for (const [from, to] of texts) {
      await writeFile(join(work, 'text'), adapted(await example(`systemd-boot/${from}`)))
      await copy(join(work, 'text'), to)
    }
    await put(disk, image, firmware)
  },
}

const texts = [
  ['loader.conf', 'loader/loader.conf'],
  ['slot-1-a.conf', 'loader/entries/slot-1-a.conf'],
  ['slot-0-b.conf', 'loader/entries/slot-0-b.conf'],
] as const

/** As an integrator would: a console, a shorter wait after a panic, and an initial file system that wants device names. */
function adapted(text: string): string {
  const more = 'panic=2 console=ttyS0 quiet windlass.boot=/dev/vda1'
  return text
    .replace('PARTLABEL=root-a', '/dev/vda3')
    .replace('PARTLABEL=root-b', '/dev/vda4')
    .replace('panic=10', more)
}
