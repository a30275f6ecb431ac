import { type Clock, type Command, ProcessError, type Processes } from '@windlass/platform'
import { ended, FakeProcesses } from '@windlass/platform/fakes'
import { answers, hooks } from './layout.ts'

/** What programs of a device say and do. */
export interface ProgramPorts {
  clock: Clock
  serial: string
  version: string
  /** The version that runs is fit to stay. */
  healthy: () => boolean
  reboot: () => void
}

/** Every program there is on a device. */
export function devicePrograms({ clock, serial, version, healthy, reboot }: ProgramPorts): FakeProcesses {
  const says = (stdout: string) => () => ended({ stdout })
  const judges = () => ended({ code: healthy() ? 0 : 1 })
  return new FakeProcesses(
    {
      [hooks.product]: says(`${answers.product}\n`),
      [hooks.hardware]: says(`${answers.hardware}\n`),
      [hooks.version]: says(`${version}\n`),
      [hooks.identity]: says(`serial=${serial}\n`),
      [hooks.stateChange]: says(''),
      [hooks.validate]: says(''),
      'check-health': judges,
      reboot: () => {
        reboot()
        return ended()
      },
    },
    clock,
  )
}

export type ProgramTrouble = 'fails' | 'hangs' | 'missing'

/** The same programs, each start of which passes a gate that may name a trouble. */
export function gatedPrograms(
  programs: FakeProcesses,
  gate: (
    name: string,
    work: (trouble: ProgramTrouble | undefined) => Promise<Awaited<ReturnType<Processes['run']>>>,
  ) => ReturnType<Processes['run']>,
): Processes {
  programs.programs.set('hang', () => new Promise(() => undefined))
  programs.programs.set('fail', () => ended({ code: 1, stderr: 'no luck' }))
  return {
    run: (command, signal) =>
      gate(command.command, (trouble) => {
        if (trouble === 'missing')
          throw new ProcessError('not_found', `expected a program ${command.command}, found none`)
        return programs.run(instead(command, trouble), signal)
      }),
    stream: (command, signal) => programs.stream(command, signal),
    find: (command) => programs.find(command),
  }
}

function instead(command: Command, trouble: ProgramTrouble | undefined): Command {
  if (trouble === undefined) return command
  return { ...command, command: trouble === 'hangs' ? 'hang' : 'fail' }
}
