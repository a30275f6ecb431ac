import {
  type Clock,
  createLog,
  type Files,
  fromLevel,
  type Http,
  HttpError,
  type Log,
  type Processes,
  type Random,
} from '@windlass/platform'
import { diskError, type FakeFiles } from '@windlass/platform/fakes'
import type { Dice } from '../world/dice.ts'
import type { Life } from '../world/life.ts'
import { type FileGate, gatedFiles } from './gated-files.ts'
import type { Link } from './link.ts'
import { devicePrograms, gatedPrograms, type ProgramPorts, type ProgramTrouble } from './programs.ts'
import type { Call, Waiting } from './triggers.ts'

/** What one process on a machine lives on. */
export interface ProcessHost {
  disk: FakeFiles
  link: Link
  clock: Clock
  dice: Dice
  programs: Omit<ProgramPorts, 'clock'>
  /** Hears of every call before it is made, and says what goes wrong with it. */
  onCall(call: Call): Waiting | undefined
  /** The call was made, or half of it, and now the fault that was named does its work. */
  strike(fault: Waiting): void
  onLine(line: string): void
  /** For tests that break things on purpose. */
  meddle?: ((files: Files) => Files) | undefined
}

export interface MachinePorts {
  clock: Clock
  random: Random
  files: Files
  processes: Processes
  http: Http
}

/** The machine as one process has it: each call passes a gate, and none is answered after its life. */
export function machinePorts(host: ProcessHost, life: Life): MachinePorts {
  const { clock, dice } = host
  const files = gatedFiles(host.disk, fileGate(host, life))
  return {
    clock,
    random: dice.random,
    files: host.meddle?.(files) ?? files,
    processes: gatedPrograms(devicePrograms({ ...host.programs, clock }), programGate(host, life)),
    http: gatedHttp(host, life),
  }
}

/** What it says becomes part of the story. */
export function toldLog(host: ProcessHost, life: Life, who = ''): Log {
  const lines = fromLevel('info', ({ level, text, fields }) => {
    if (life.alive) host.onLine(`${who}${level} ${text} ${JSON.stringify(fields)}`)
  })
  return createLog([lines], () => host.clock.now())
}

/** One call of a process: `work` hears what goes wrong with it. */
export function passes<T>(
  call: Call,
  host: ProcessHost,
  life: Life,
  work: (fault: Waiting | undefined) => Promise<T>,
): Promise<T> {
  const fault = life.alive ? host.onCall(call) : undefined
  return life.call(async () => afterwards(await work(fault), fault, host))
}

/** What happens right after a call; the answer does not come any more when it ends the caller's life. */
function afterwards<T>(answer: T, fault: Waiting | undefined, host: ProcessHost): T {
  if (fault && 'side' in fault && fault.side === 'after') host.strike(fault)
  return answer
}

function fileGate(host: ProcessHost, life: Life): FileGate {
  return ({ op, path, at, bytes, work, part }) => {
    const place = at === undefined || bytes === undefined ? {} : { at, bytes }
    return passes({ to: 'disk', op, path, ...place }, host, life, async (fault) => {
      if (fault?.kind === 'disk-error') throw diskError(fault.code, op, path)
      if (fault?.kind !== 'torn-write' || !part) return work()
      const end = (at ?? 0) + (bytes ?? 0)
      await (fault.kept === 'start' ? part(at ?? 0, fault.boundary) : part(fault.boundary, end))
      host.strike(fault)
      throw diskError('EIO', op, path)
    })
  }
}

function programGate(host: ProcessHost, life: Life) {
  return <T>(name: string, work: (trouble: ProgramTrouble | undefined) => Promise<T>): Promise<T> =>
    passes({ to: 'program', name }, host, life, (fault) =>
      work(fault?.kind === 'program-error' ? fault.how : undefined),
    )
}

function gatedHttp(host: ProcessHost, life: Life): Http {
  const http = host.link.http(host.clock)
  return {
    send: (call, signal) =>
      passes({ to: 'network', url: call.url }, host, life, async (fault) => {
        if (fault?.kind === 'request-error')
          throw new HttpError(fault.how, `the request to ${call.url} fails on purpose`)
        return http.send(call, signal)
      }),
  }
}
