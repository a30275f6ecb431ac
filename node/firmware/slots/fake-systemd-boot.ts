import { join } from 'node:path/posix'
import { FakeFiles } from '@windlass/platform/fakes'
import { cutOnDisk, fakeProc, startKernel } from './fake-proc.ts'
import type { SlotsBench } from './slots.contract.ts'
import { countingStart } from './systemd-boot-rule.ts'
import { systemdBootSlots } from './systemd-boot-slots.ts'

const folder = '/efi/loader/entries'
const entry = (set: string) =>
  `title Set ${set}\nlinux /${set}/vmlinuz\noptions root=LABEL=${set} windlass.slot=${set}\n`

/** systemd-boot in memory, by its rule in `systemd-boot-rule.ts`. */
export function fakeSystemdBoot(seed: number): SlotsBench {
  const files = new FakeFiles({ seed })
  let boots = 0
  files.put(join(folder, 'slot-1-a.conf'), entry('a'))
  files.put(join(folder, 'slot-0-b.conf'), entry('b'))
  const slots = systemdBootSlots('/efi', { files, proc: fakeProc })
  const ofSet = async (set: string) => (await files.list(folder)).filter((name) => name.includes(`-${set}`))

  return {
    slots,
    async boot() {
      boots += 1
      const set = await countingStart(folder, files)
      startKernel(files, set, boots)
      return set
    },
    cut: (step, work) => cutOnDisk(files, step, () => work(slots)),
    damage: {
      'the entry of set a empty': async () => {
        for (const name of await ofSet('a')) files.put(join(folder, name), '')
      },
      'no entry of set b': async () => {
        for (const name of await ofSet('b')) await files.remove(join(folder, name))
      },
      'no tries left for either': async () => {
        for (const set of ['a', 'b']) {
          for (const name of await ofSet(set)) {
            await files.rename(join(folder, name), join(folder, `${name.slice(0, `slot-0-${set}`.length)}+0-3.conf`))
          }
        }
      },
      'names of nobody': async () => {
        for (const name of ['slot-9.conf', 'slot-9-c.conf', 'slot-9-a+x.conf', 'slot-9-b.conf.tmp']) {
          files.put(join(folder, name), '')
        }
      },
    },
  }
}
