import type { InstallationSet } from '@windlass/model'
import { FakeFiles } from '@windlass/platform/fakes'
import { cutOnDisk, fakeProc, startKernel } from './fake-proc.ts'
import { grubSlots } from './grub-slots.ts'
import type { SlotsBench } from './slots.contract.ts'

const path = '/boot/grub/grubenv'
const header = '# GRUB Environment Block\n'

/** GRUB with `examples/grub/grub.cfg`, in memory. */
export function fakeGrub(seed: number): SlotsBench {
  const files = new FakeFiles({ seed })
  let boots = 0
  files.put(path, header.padEnd(1024, '#'))
  const slots = grubSlots(path, { files, proc: fakeProc })
  const leave = (content: string | Uint8Array) => async () => files.put(path, content)

  return {
    slots,
    async boot() {
      boots += 1
      const block = (await files.facts(path)) ? Buffer.from(files.peek(path)).toString('latin1') : ''
      const valid = block.startsWith(header)
      const next = valid ? /^next_entry=([ab])$/m.exec(block)?.[1] : undefined
      let slot: InstallationSet = valid && /^active=b$/m.test(block) ? 'b' : 'a'
      if (next === 'a' || next === 'b') {
        files.put(path, `${block.replace(/^next_entry=.*$/m, 'next_entry=')}#`)
        slot = next
      }
      startKernel(files, slot, boots)
      return slot
    },
    cut: (step, work) => cutOnDisk(files, step, () => work(slots)),
    damage: {
      'no file': async () => files.remove(path),
      'an empty file': leave(''),
      'half a block': leave(header + 'active=b\nnext'),
      garbage: leave(new Uint8Array(1024).fill(0xa5)),
      'garbage in the variables': leave(`${header}active=\\\nb\nnext_entry=Debian>1\nchosen_in=\n`.padEnd(1024, '#')),
      'the header alone': leave(header.padEnd(1024, '#')),
    },
  }
}
