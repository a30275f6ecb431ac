import { execFileSync } from 'node:child_process'
import { copyFileSync, mkdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { nodeFiles } from '@windlass/platform'
import { cutAtChange } from '@windlass/platform/fakes'
import { grubSlots } from './grub-slots.ts'
import type { SlotsBench } from './slots.contract.ts'

const script = new URL('examples/grub/grub.cfg', import.meta.url)
// The emulator has all of GRUB but what starts a kernel.
const harness = `
function linux { echo "started $1 $2 $3 $4 $5"; halt; }
source /grub/windlass.cfg
`

/** Real GRUB, run as a program by grub-emu, with the very text of grub.cfg, on a filesystem that is mounted for the agent. */
export function realGrub(folder: string): SlotsBench & { unmount(): void } {
  const at = (name: string) => join(folder, name)
  const environment = at('mounted/grub/grubenv')
  mkdirSync(at('boot/grub'), { recursive: true })
  mkdirSync(at('mounted'))
  copyFileSync(script, at('boot/grub/windlass.cfg'))
  writeFileSync(at('boot/grub/grub.cfg'), harness)
  writeFileSync(at('device.map'), `(hd0) ${at('disk')}\n`)
  execFileSync('grub-editenv', [at('boot/grub/grubenv'), 'create'])
  execFileSync('mkfs.ext2', ['-q', '-d', at('boot'), at('disk'), '512K'])
  mkdirSync(at('proc/sys/kernel/random'), { recursive: true })
  const mount = () => execFileSync('mount', ['-o', 'loop', at('disk'), at('mounted')])
  const unmount = () => execFileSync('umount', [at('mounted')])
  const slotsOn = (files: typeof nodeFiles) => grubSlots(environment, { files, proc: at('proc') })
  const args = ['-m', at('device.map'), '-r', 'hd0', '-d', '/grub']
  let boots = 0
  mount()

  return {
    slots: slotsOn(nodeFiles),
    unmount,
    async boot() {
      boots += 1
      unmount()
      const screen = execFileSync('grub-emu', args, {
        encoding: 'utf8',
        env: { ...process.env, TERM: 'dumb' },
        input: '',
      })
      mount()
      const started = /started .*windlass\.slot=([ab])/.exec(screen)
      if (started?.[1] !== 'a' && started?.[1] !== 'b') throw new Error(`GRUB started nothing: ${screen}`)
      writeFileSync(at('proc/cmdline'), `${started[0]}\n`)
      writeFileSync(at('proc/sys/kernel/random/boot_id'), `boot-${boots}\n`)
      return started[1]
    },
    async cut(step, work) {
      const { files, cut } = cutAtChange(nodeFiles, step)
      await work(slotsOn(files)).catch((error: unknown) => {
        if (!cut()) throw error
      })
      return cut()
    },
    damage: {
      'no file': async () => rmSync(environment),
      'an empty file': async () => truncateSync(environment),
      'half a block': async () => truncateSync(environment, 512),
      'half a header': async () => truncateSync(environment, 12),
      garbage: async () => writeFileSync(environment, Buffer.alloc(1024, 0xa5)),
      'a block of nobody': async () => void execFileSync('grub-editenv', [environment, 'create']),
      'variables of nobody': async () => {
        execFileSync('grub-editenv', [environment, 'set', 'active=c', 'next_entry=Debian', 'chosen_in=today'])
      },
      'sectors of different writes': async () => {
        writeFileSync(environment, Buffer.concat([readFileSync(environment).subarray(0, 512), Buffer.alloc(512, 0x0a)]))
      },
    },
  }
}
