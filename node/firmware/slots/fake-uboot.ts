import type { Processes } from '@windlass/platform'
import { ended, FakeProcesses } from '@windlass/platform/fakes'
import { cutAtCall } from './cut-at-call.ts'
import type { SlotsBench } from './slots.contract.ts'
import { ubootSlots } from './uboot-slots.ts'

/** Who made `fw_setenv`: they take different scripts. */
export type EnvironmentTools = 'U-Boot' | 'libubootenv'

const corrupt = 'corrupt'
type Environment = Map<string, string> | typeof corrupt

/** U-Boot with `examples/u-boot/boot.cmd`, and its tools, in memory. */
export function fakeUboot(tools: EnvironmentTools): SlotsBench {
  let environment: Environment = new Map([['bootdelay', '0']])
  const unreadable = ended({ code: 243, stderr: 'Cannot read environment, using default\n' })
  const processes = new FakeProcesses({
    fw_printenv: () => {
      if (environment === corrupt) return unreadable
      return ended({ stdout: [...environment].map(([name, value]) => `${name}=${value}\n`).join('') })
    },
    fw_setenv: ({ args, input }) => {
      if (environment === corrupt) return unreadable
      if (args.join(' ') !== '-c /etc/fw_env.config -s -') return ended({ code: 1, stderr: 'usage' })
      environment = applied(new Map(environment), new TextDecoder().decode(input), tools)
      return ended()
    },
  })
  const slotsOn = (on: Processes) => ubootSlots(on, '/etc/fw_env.config')

  return {
    slots: slotsOn(processes),
    async boot() {
      const variables = environment === corrupt ? new Map<string, string>() : environment
      environment = afterBootScript(variables)
      return environment.get('updatehub_active') === '1' ? 'b' : 'a'
    },
    cut: cutAtCall(processes, slotsOn),
    damage: {
      'both copies corrupt': async () => {
        environment = corrupt
      },
      'variables lost': async () => {
        environment = new Map()
      },
      'garbage in the variables': async () => {
        environment = new Map(['updatehub_active', 'upgrade_available', 'bootcount'].map((name) => [name, '?']))
      },
      'a counter past its end': async () => {
        if (environment !== corrupt) environment.set('upgrade_available', '1').set('bootcount', '7')
      },
    },
  }
}

function applied(environment: Map<string, string>, script: string, tools: EnvironmentTools): Map<string, string> {
  for (const line of script.split('\n').filter(Boolean)) {
    const [name = '', value] = line.split(tools === 'U-Boot' ? ' ' : '=')
    if (value !== undefined) environment.set(name, value)
    else if (tools === 'U-Boot') environment.delete(name.split('=')[0] ?? name)
  }
  return environment
}

/** The choice in boot.cmd, line by line. */
function afterBootScript(before: ReadonlyMap<string, string>): Map<string, string> {
  const v = new Map(before)
  const active = v.get('updatehub_active')
  if (active !== '0' && active !== '1')
    v.set('updatehub_active', '0').set('upgrade_available', '0').set('bootcount', '0')
  if (v.get('upgrade_available') !== '1') return v
  if (v.get('bootcount') === '0') return v.set('bootcount', '1')
  if (v.get('bootcount') === '1') return v.set('bootcount', '2')
  return v
    .set('updatehub_active', active === '0' ? '1' : '0')
    .set('upgrade_available', '0')
    .set('bootcount', '0')
}
