import { execFileSync, spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { nodeFiles, nodeProcesses, type Processes } from '@windlass/platform'
import { cutAtChange } from '@windlass/platform/fakes'
import { afterEach, describe, expect, it } from 'vitest'
import { fileSlots, startFromFile } from './file-slots.ts'
import { formatGrubEnvironment, parseGrubEnvironment } from './grub-environment.ts'
import { realGrub } from './real-grub.ts'
import { realUboot } from './real-uboot.ts'
import { type SlotsBench, testSlots } from './slots.contract.ts'
import { countingStart } from './systemd-boot-rule.ts'
import { systemdBootSlots } from './systemd-boot-slots.ts'
import { ubootSlots } from './uboot-slots.ts'

const examples = (name: string) => fileURLToPath(new URL(`examples/${name}`, import.meta.url))
const leftOver: (() => void)[] = []
afterEach(() => {
  for (const tidy of leftOver.splice(0).reverse()) tidy()
})

function folder(): string {
  // In memory, where there is such a folder: thousands of starts wait for as many writes.
  const made = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'windlass-slots-'))
  leftOver.push(() => rmSync(made, { recursive: true, force: true }))
  return made
}

testSlots('fw_setenv with boot.cmd', async () => realUboot(folder()))
testSlots('GRUB with grub.cfg', async () => {
  const bench = realGrub(folder())
  leftOver.push(bench.unmount)
  return bench
})
testSlots('boot entries on a disk', async () => realEntries(folder()))
testSlots('a file on a disk', async () => realFile(folder()))

function realEntries(at: string): SlotsBench {
  const entries = join(at, 'loader/entries')
  mkdirSync(entries, { recursive: true })
  mkdirSync(join(at, 'proc/sys/kernel/random'), { recursive: true })
  for (const name of ['slot-1-a.conf', 'slot-0-b.conf']) cpSync(examples(`systemd-boot/${name}`), join(entries, name))
  const slotsOn = (files: typeof nodeFiles) => systemdBootSlots(at, { files, proc: join(at, 'proc') })
  let boots = 0
  return {
    slots: slotsOn(nodeFiles),
    async boot() {
      boots += 1
      const set = await countingStart(entries, nodeFiles)
      writeFileSync(join(at, 'proc/cmdline'), `windlass.slot=${set}\n`)
      writeFileSync(join(at, 'proc/sys/kernel/random/boot_id'), `boot-${boots}\n`)
      return set
    },
    cut: cutOnDisk(slotsOn),
    damage: {},
  }
}

function realFile(at: string): SlotsBench {
  const path = join(at, 'slots.json')
  const slotsOn = (files: typeof nodeFiles) => fileSlots(path, files)
  return {
    slots: slotsOn(nodeFiles),
    boot: () => startFromFile(path, nodeFiles),
    cut: cutOnDisk(slotsOn),
    damage: { 'no file': async () => rmSync(path), garbage: async () => writeFileSync(path, Buffer.alloc(64, 0xa5)) },
  }
}

function cutOnDisk(slotsOn: (files: typeof nodeFiles) => SlotsBench['slots']): SlotsBench['cut'] {
  return async (step, work) => {
    const { files, cut } = cutAtChange(nodeFiles, step)
    await work(slotsOn(files)).catch((error: unknown) => {
      if (!cut()) throw error
    })
    return cut()
  }
}

describe('fw_setenv', () => {
  /** `fw_setenv` dies as it enters its n-th such call of the kernel. */
  function killedAt(call: string, n: number): Processes {
    const inner = nodeProcesses()
    const inject = ['-f', '-o', '/dev/null', '-e', `trace=${call}`, '-e', `inject=${call}:signal=SIGKILL:when=${n}`]
    return {
      run: ({ command, args = [], ...rest }, signal) => {
        if (command !== 'fw_setenv') return inner.run({ command, args, ...rest }, signal)
        return inner.run({ command: 'strace', args: [...inject, command, ...args], ...rest }, signal)
      },
      stream: (command, signal) => inner.stream(command, signal),
      find: (command) => inner.find(command),
    }
  }

  it.each(['openat', 'lseek', 'write', 'fsync', 'close'])(
    'may be killed at any %s: all variables or none',
    async (call) => {
      for (let n = 1, killed = true; killed; n++) {
        const bench = realUboot(folder())
        expect(await bench.boot()).toBe('a')
        const said = await ubootSlots(killedAt(call, n), bench.config)
          .activate('b')
          .then(() => 'done')
          .catch(({ code }: { code: string }) => code)
        killed = said === 'slots_failed'
        const { stdout } = spawnSync('fw_printenv', ['-c', bench.config], { encoding: 'utf8' })
        const all = 'bootcount=0\nbootdelay=0\nupdatehub_active=1\nupgrade_available=1\n'
        const none = 'bootcount=0\nbootdelay=0\nupdatehub_active=0\nupgrade_available=0\n'
        expect(killed ? [all, none] : [all], `${call} ${n}`).toContain(
          stdout.split('\n').sort().join('\n').trimStart() + '\n',
        )
      }
    },
  )
})

describe('grub-editenv', () => {
  it('reads what Windlass wrote, and Windlass what it wrote', () => {
    const path = join(folder(), 'grubenv')
    writeFileSync(
      path,
      formatGrubEnvironment(
        new Map([
          ['active', 'a'],
          ['next_entry', 'b'],
        ]),
        0,
      ),
    )
    expect(execFileSync('grub-editenv', [path, 'list'], { encoding: 'utf8' })).toBe('active=a\nnext_entry=b\n')
    execFileSync('grub-editenv', [path, 'set', 'next_entry=', 'kernelopts=a\\b\nc'])
    const read = parseGrubEnvironment(readFileSync(path))
    expect(read).toEqual(
      new Map([
        ['active', 'a'],
        ['next_entry', ''],
        ['kernelopts', 'a\\\\b\\\nc'],
      ]),
    )
    writeFileSync(path, formatGrubEnvironment(read ?? new Map(), 1024))
    expect(execFileSync('grub-editenv', [path, 'list'], { encoding: 'utf8' })).toContain('kernelopts=a\\b\nc')
  })
})

describe('the examples', () => {
  it('of GRUB and U-Boot are taken by their own tools', () => {
    execFileSync('grub-script-check', [examples('grub/grub.cfg')])
    const args = [
      '-A',
      'arm64',
      '-T',
      'script',
      '-C',
      'none',
      '-d',
      examples('u-boot/boot.cmd'),
      join(folder(), 'boot.scr'),
    ]
    expect(execFileSync('mkimage', args, { encoding: 'utf8' })).toContain('AArch64 Linux Script')
  })
})
