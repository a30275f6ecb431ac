import { execFileSync, spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { nodeProcesses } from '@windlass/platform'
import { cutAtCall } from './cut-at-call.ts'
import type { SlotsBench } from './slots.contract.ts'
import { ubootSlots } from './uboot-slots.ts'

const script = new URL('examples/u-boot/boot.cmd', import.meta.url)
const copyBytes = 0x4000
const variables = ['updatehub_active', 'upgrade_available', 'bootcount']

/**
 * The real `fw_setenv` on a file with two copies of the environment, and the very text of boot.cmd: its language is close
 * enough to that of a shell, which gets U-Boot's commands as functions.
 */
export function realUboot(folder: string): SlotsBench & { config: string; environment: string } {
  const [environment, config] = [join(folder, 'env.bin'), join(folder, 'fw_env.config')]
  writeFileSync(config, [0, copyBytes].map((at) => `${environment} 0x${at.toString(16)} 0x4000\n`).join(''))
  writeFileSync(join(folder, 'env.txt'), 'bootdelay=0\n')
  execFileSync('mkenvimage', ['-r', '-s', '0x4000', '-o', join(folder, 'copy'), join(folder, 'env.txt')])
  const empty = readFileSync(join(folder, 'copy'))
  writeFileSync(environment, Buffer.concat([empty, empty]))
  const processes = nodeProcesses()
  const slotsOn = (on: typeof processes) => ubootSlots(on, config)
  const garbage = (bytes: Buffer, from: number) => bytes.fill(0xa5, from, from + copyBytes / 2)

  return {
    config,
    environment,
    slots: slotsOn(processes),
    async boot() {
      const printed = spawnSync('fw_printenv', ['-c', config], { encoding: 'utf8' })
      // U-Boot saves into a new environment where it found none.
      if (printed.status !== 0) writeFileSync(environment, Buffer.concat([empty, empty]))
      const said = execFileSync('sh', ['-c', shell(config, printed.stdout)], { encoding: 'utf8' })
      const set = /windlass\.slot=([ab])/.exec(said)?.[1]
      if (set !== 'a' && set !== 'b') throw new Error(`boot.cmd started nothing: ${said}`)
      return set
    },
    cut: cutAtCall(processes, slotsOn),
    damage: {
      'the newer copy torn': async () => {
        const bytes = readFileSync(environment)
        const newer = ((bytes[4] ?? 0) - (bytes[copyBytes + 4] ?? 0)) << 24 > 0 ? 0 : copyBytes
        writeFileSync(environment, garbage(bytes, newer))
      },
      'both copies torn': async () => {
        writeFileSync(environment, garbage(garbage(readFileSync(environment), 0), copyBytes))
      },
      'an empty file': async () => writeFileSync(environment, ''),
      'erased flash': async () => writeFileSync(environment, Buffer.alloc(2 * copyBytes, 0xff)),
      'variables of nobody': async () => {
        const input = variables.map((name) => `${name}=?\n`).join('')
        execFileSync('fw_setenv', ['-c', config, '-s', '-'], { input })
      },
    },
  }
}

function shell(config: string, environment: string): string {
  const read = variables.map((name) => `${name}='${new RegExp(`^${name}=(.*)$`, 'm').exec(environment)?.[1] ?? ''}'`)
  const lines = variables.map((name) => `"${name}=$${name}"`).join(' ')
  return `
${read.join('\n')}
setenv() { name=$1; shift; eval "$name=\\$*"; }
saveenv() { printf '%s\\n' ${lines} | fw_setenv -c ${config} -s -; }
load() { :; }
booti() { echo "$bootargs"; exit 0; }
reset() { exit 1; }
${readFileSync(script, 'utf8')}`
}
