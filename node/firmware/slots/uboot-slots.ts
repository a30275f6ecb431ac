import { setIndex } from '@windlass/model'
import type { Processes } from '@windlass/platform'
import { UpdateError } from '../update-error.ts'
import { runBootProgram } from './boot-program.ts'
import type { Slots } from './port.ts'

type Variables = Readonly<Record<string, string>>

/**
 * How a script names a variable: U-Boot's own `fw_setenv` splits at a blank, libubootenv's at an equals sign, and each
 * passes over the other's lines without a word. The blank goes first: U-Boot's own would take the other for a removal.
 */
const dialects = [' ', '='] as const

/**
 * U-Boot's environment, with UpdateHub's variables: `updatehub_active` 0 or 1, `upgrade_available` 1 while on trial,
 * `bootcount` the starts of the trial. `config` is the fw_env.config to use; default: the tools' own.
 */
export function ubootSlots(processes: Processes, config: string | null): Slots {
  const where = config === null ? [] : ['-c', config]

  async function read(): Promise<Map<string, string>> {
    const { stdout } = await runBootProgram(processes, { command: 'fw_printenv', args: where })
    return new Map([...stdout.matchAll(/^([^=\n]+)=(.*)$/gm)].map(([, name = '', value = '']) => [name, value]))
  }

  /** All of them in one write of the environment, or none. */
  async function set(variables: Variables): Promise<void> {
    for (const dialect of dialects) {
      if (holds(await read(), variables)) return
      const lines = Object.entries(variables).map(([name, value]) => `${name}${dialect}${value}\n`)
      const input = new TextEncoder().encode(lines.join(''))
      await runBootProgram(processes, { command: 'fw_setenv', args: [...where, '-s', '-'], input })
    }
    if (holds(await read(), variables)) return
    throw new UpdateError(
      'slots_failed',
      `fw_setenv: ended well, but ${Object.keys(variables).join(', ')} did not change`,
    )
  }

  return {
    async active() {
      const said = (await read()).get('updatehub_active')
      if (said === '0') return 'a'
      if (said === '1') return 'b'
      const came = said === undefined ? 'nothing' : `"${said.slice(0, 40)}"`
      throw new UpdateError('slots_failed', `U-Boot variable updatehub_active: expected 0 or 1, got ${came}`)
    },
    activate: (to) => set({ updatehub_active: String(setIndex(to)), upgrade_available: '1', bootcount: '0' }),
    validated: () => set({ upgrade_available: '0', bootcount: '0' }),
  }
}

function holds(environment: ReadonlyMap<string, string>, variables: Variables): boolean {
  return Object.entries(variables).every(([name, value]) => environment.get(name) === value)
}
