import { setIndex } from '@windlass/model'
import { ended, FakeFiles, FakeProcesses } from '@windlass/platform/fakes'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { cutAtCall } from './cut-at-call.ts'
import { fakeGrub } from './fake-grub.ts'
import { cutOnDisk } from './fake-proc.ts'
import { FakeSlots } from './fake-slots.ts'
import { fakeSystemdBoot } from './fake-systemd-boot.ts'
import { fakeUboot } from './fake-uboot.ts'
import { fileSlots, startFromFile } from './file-slots.ts'
import { formatGrubEnvironment, parseGrubEnvironment } from './grub-environment.ts'
import { grubSlots } from './grub-slots.ts'
import { scriptSlots } from './script-slots.ts'
import { type SlotsBench, testSlots } from './slots.contract.ts'
import { ubootSlots } from './uboot-slots.ts'

const seeds = counter()
testSlots('the fake', async () => fakeBench())
testSlots("UpdateHub's scripts", async () => scriptBench())
testSlots("U-Boot's environment with U-Boot's tools", async () => fakeUboot('U-Boot'))
testSlots("U-Boot's environment with libubootenv's tools", async () => fakeUboot('libubootenv'))
testSlots("GRUB's environment", async () => fakeGrub(seeds()))
testSlots("systemd-boot's entries", async () => fakeSystemdBoot(seeds()))
testSlots('a file', async () => fileBench(seeds()))

function counter(): () => number {
  let last = 0
  return () => ++last
}

/** Its steps are calls: each happens whole or not at all. */
function fakeBench(): SlotsBench {
  const slots = new FakeSlots()
  return {
    slots,
    boot: async () => slots.boot(),
    async cut(step, work) {
      if (step > 1) await work(slots)
      return step <= 2
    },
    damage: {},
  }
}

function scriptBench(): SlotsBench {
  const bootLoader = new FakeSlots()
  const processes = new FakeProcesses({
    'updatehub-active-get': async () => ended({ stdout: `${setIndex(await bootLoader.active())}\n` }),
    'updatehub-active-set': async ({ args: [set] }) => {
      await bootLoader.activate(set === '0' ? 'a' : 'b')
      return ended()
    },
    'updatehub-active-validated': async () => {
      await bootLoader.validated()
      return ended()
    },
  })
  return {
    slots: scriptSlots(processes),
    boot: async () => bootLoader.boot(),
    cut: cutAtCall(processes, scriptSlots),
    damage: {
      'no programs': async () => processes.programs.clear(),
      'a program that answers something else': async () => {
        processes.programs.set('updatehub-active-get', () => ended({ stdout: 'mmcblk0p2\n' }))
      },
      'programs that fail': async () => {
        for (const name of processes.programs.keys()) processes.programs.set(name, () => ended({ code: 1 }))
      },
    },
  }
}

function fileBench(seed: number): SlotsBench {
  const path = '/var/lib/boot/slots.json'
  const files = new FakeFiles({ seed })
  const slots = fileSlots(path, files)
  return {
    slots,
    boot: () => startFromFile(path, files),
    cut: (step, work) => cutOnDisk(files, step, () => work(slots)),
    damage: {
      'no file': () => files.remove(path),
      'an empty file': async () => files.put(path, ''),
      'half a file': async () => files.put(path, files.peek(path).subarray(0, 20)),
      garbage: async () => files.put(path, new Uint8Array(100).fill(0xa5)),
      'a set that is none': async () => files.put(path, '{"active":"c","onTrial":false,"starts":0}'),
      'more than a file may hold': async () => files.put(path, new Uint8Array(10_000)),
    },
  }
}

describe("U-Boot's environment", () => {
  /** Tools that do nothing, and say that they did it well. */
  const idle = (stdout: string) => new FakeProcesses({ fw_printenv: () => ended({ stdout }), fw_setenv: () => ended() })

  it.each([
    ['bootdelay=2\n', 'U-Boot variable updatehub_active: expected 0 or 1, got nothing'],
    ['updatehub_active=2\n', 'U-Boot variable updatehub_active: expected 0 or 1, got "2"'],
    ['xupdatehub_active=1\n', 'U-Boot variable updatehub_active: expected 0 or 1, got nothing'],
  ])('that holds %j is no answer', async (stdout, message) => {
    await expect(ubootSlots(idle(stdout), null).active()).rejects.toMatchObject({ code: 'slots_failed', message })
  })

  it('is not written where nothing would change', async () => {
    const processes = idle('updatehub_active=1\nupgrade_available=1\nbootcount=0\n')
    await ubootSlots(processes, null).activate('b')
    expect(processes.calls.map(({ command }) => command)).toEqual(['fw_printenv'])
  })

  it('that does not change although its program says so is told', async () => {
    await expect(ubootSlots(idle('updatehub_active=0\n'), null).activate('b')).rejects.toMatchObject({
      code: 'slots_failed',
      message: 'fw_setenv: ended well, but updatehub_active, upgrade_available, bootcount did not change',
    })
  })
})

describe("GRUB's environment block", () => {
  const names = fc.stringMatching(/^[a-z_]{1,12}$/)
  const values = fc.stringMatching(/^[ -[\]-~]{0,20}$/)

  it('is read as it was written, and keeps its size', () => {
    fc.assert(
      fc.property(fc.dictionary(names, values, { maxKeys: 10 }), (variables) => {
        const map = new Map(Object.entries(variables))
        const block = formatGrubEnvironment(map, 0)
        expect(block).toHaveLength(1024)
        expect(parseGrubEnvironment(block)).toEqual(map)
      }),
    )
  })

  it('carries a value over the end of a line', () => {
    const block = '# GRUB Environment Block\nmenu=one\\\nactive=b\nactive=a\n####'
    expect(parseGrubEnvironment(Buffer.from(block))).toEqual(
      new Map([
        ['menu', 'one\\\nactive=b'],
        ['active', 'a'],
      ]),
    )
  })

  it('does not grow past what GRUB can write', () => {
    const long = new Map([['kernelopts', 'x'.repeat(1024)]])
    expect(() => formatGrubEnvironment(long, 1024)).toThrow('expected room for 1130 bytes, got 1024')
  })

  it('keeps the variables of others', async () => {
    const files = new FakeFiles()
    files.put('/proc/cmdline', 'windlass.slot=a')
    files.put('/proc/sys/kernel/random/boot_id', 'boot-1')
    files.put(
      '/grubenv',
      formatGrubEnvironment(
        new Map([
          ['saved_entry', '1'],
          ['next_entry', ''],
        ]),
        1024,
      ),
    )
    await grubSlots('/grubenv', { files, proc: '/proc' }).activate('b')
    expect(parseGrubEnvironment(files.peek('/grubenv'))).toEqual(
      new Map([
        ['active', 'a'],
        ['next_entry', 'b'],
        ['chosen_in', 'boot-1'],
        ['saved_entry', '1'],
      ]),
    )
  })

  it('that GRUB cannot write is not taken for a set that started', async () => {
    const files = new FakeFiles()
    files.put('/proc/cmdline', 'windlass.slot=a')
    files.put('/proc/sys/kernel/random/boot_id', 'boot-1')
    const slots = grubSlots('/grubenv', { files, proc: '/proc' })
    await slots.activate('b')
    files.put('/proc/sys/kernel/random/boot_id', 'boot-2')
    expect(await slots.active()).toBe('a')
  })
})

describe('the kernel command line', () => {
  it.each(['quiet', 'windlass.slot=c', 'xwindlass.slot=a', 'windlass.slot=ab'])('%s names no set', async (line) => {
    const files = new FakeFiles()
    files.put('/proc/cmdline', `${line}\n`)
    await expect(grubSlots('/grubenv', { files, proc: '/proc' }).active()).rejects.toMatchObject({
      code: 'slots_failed',
      message: `kernel command line: expected windlass.slot=a or b, got "${line}"`,
    })
  })
})
