import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { runTool } from '../run-tool.ts'
import { words } from '../words.ts'
import { type DiskPlan, example, ext4, put } from './make-disk.ts'

const mib = 1024 * 1024
const sector = 512
const modules = words('biosdisk part_gpt ext2 squash4 lzopio normal linux loadenv test echo configfile reboot serial')
const biosBoot = '21686148-6449-6E6F-744E-656564454649'

type Grub = Pick<DiskPlan, 'firmware' | 'boot' | 'install'>

/** GRUB started by a PC's BIOS, with the example of our documentation. `more`: of the kernel's command line. */
export const grub = (more = ''): Grub => ({
  firmware: { bytes: mib, type: biosBoot },
  boot: { bytes: 16 * mib },
  async install(disk, { firmware, boot }, work) {
    const core = join(work, 'core.img')
    await runTool('grub-mkimage', ['-O', 'i386-pc', '-p', '(hd0,gpt2)/grub', '-o', core, ...modules])
    const body = await readFile(core)
    const start = firmware / sector
    // Where the loader's first sector finds the rest of itself, and where the boot sector finds that first one.
    body.writeBigUInt64LE(BigInt(start + 1), 0x1f4)
    await disk.write(body, 0, body.length, firmware)
    const sectorZero = (await readFile('/usr/lib/grub/i386-pc/boot.img')).subarray(0, 440)
    sectorZero.writeBigUInt64LE(BigInt(start), 0x5c)
    sectorZero.fill(0x90, 0x66, 0x68)
    await disk.write(sectorZero, 0, 440, 0)
    // GRUB reads neither checksums of metadata nor 64-bit block numbers.
    const options = ['-O', '^metadata_csum,^64bit', '-L', 'boot']
    const files = {
      'grub/grub.cfg': await config(more),
      'grub/grubenv': '# GRUB Environment Block\n'.padEnd(1024, '#'),
    }
    await put(disk, await ext4(join(work, 'boot'), files, 16 * mib, options), boot)
  },
})

/** The example as an integrator would adapt it: a console, and a shorter wait after a panic. */
async function config(more: string): Promise<string> {
  const text = await example('grub/grub.cfg')
  return text.replace('panic=10', `panic=2 console=ttyS0 quiet windlass.boot=/dev/vda2 ${more}`)
}
