import { agentPorts, localApi, makeAgent, type RunningAgent, type Settings } from '@windlass/firmware/fakes'
import {
  type Clock,
  createLog,
  type Files,
  fromLevel,
  HttpError,
  type HttpHandler,
  MemoryLog,
} from '@windlass/platform'
import { diskError, type FakeFiles } from '@windlass/platform/fakes'
import type { Dice } from '../world/dice.ts'
import type { Life } from '../world/life.ts'
import { type FileGate, gatedFiles } from './gated-files.ts'
import type { Link } from './link.ts'
import { devicePrograms, gatedPrograms, type ProgramPorts, type ProgramTrouble } from './programs.ts'
import type { Call, Waiting } from './triggers.ts'

export type AgentNews = Parameters<Parameters<RunningAgent['runner']['watch']>[0]>[0]

/** What one process of the agent lives on. */
export interface AgentHost {
  settings: Settings
  disk: FakeFiles
  link: Link
  clock: Clock
  dice: Dice
  programs: Omit<ProgramPorts, 'clock'>
  /** Hears of every call before it is made, and says what goes wrong with it. */
  onCall(call: Call): Waiting | undefined
  /** The call was made, or half of it, and now the fault that was named does its work. */
  strike(fault: Waiting): void
  /** The agent runs, and this is its local API. */
  onUp(api: HttpHandler): void
  onNews(news: AgentNews): void
  onLine(line: string): void
  /** For tests that break things on purpose. */
  meddle?: ((files: Files) => Files) | undefined
}

/** Runs the real agent until `quit` fires or it gives up; a life that ends stops it where it stands. */
export async function runAgent(host: AgentHost, life: Life, quit: AbortSignal): Promise<void> {
  const { clock, dice, settings } = host
  const files = gatedFiles(host.disk, fileGate(host, life))
  const memory = new MemoryLog()
  memory.start()
  const lines = fromLevel('info', ({ level, text, fields }) =>
    host.onLine(`${level} ${text} ${JSON.stringify(fields)}`),
  )
  const log = createLog([lines, memory.sink], () => clock.now())
  const system = {
    clock,
    random: dice.random,
    files: host.meddle?.(files) ?? files,
    processes: gatedPrograms(devicePrograms({ ...host.programs, clock }), programGate(host, life)),
    http: gatedHttp(host, life),
  }
  const ports = await agentPorts(system, settings, log, memory)
  const { runtime, firmware, hold, link } = ports
  const { runner, rate } = makeAgent(ports, memory)
  runner.watch((news) => host.onNews(news))
  host.onUp(localApi({ version: 'sim', settings, runtime, firmware, hold, link, runner, rate, log: memory }))
  await runner.run(quit)
}

function fileGate(host: AgentHost, life: Life): FileGate {
  return ({ op, path, at, bytes, work, part }) => {
    const place = at === undefined || bytes === undefined ? {} : { at, bytes }
    const fault = life.alive ? host.onCall({ to: 'disk', op, path, ...place }) : undefined
    return life.call(async () => {
      if (fault?.kind === 'disk-error') throw diskError(fault.code, op, path)
      if (fault?.kind === 'torn-write' && part) {
        const end = (at ?? 0) + (bytes ?? 0)
        await (fault.kept === 'start' ? part(at ?? 0, fault.boundary) : part(fault.boundary, end))
        host.strike(fault)
        throw diskError('EIO', op, path)
      }
      return afterwards(await work(), fault, host)
    })
  }
}

/** What happens right after a call; the answer does not come any more when it ends the caller's life. */
function afterwards<T>(answer: T, fault: Waiting | undefined, host: AgentHost): T {
  if (fault && 'side' in fault && fault.side === 'after') host.strike(fault)
  return answer
}

function programGate(host: AgentHost, life: Life) {
  return <T>(name: string, work: (trouble: ProgramTrouble | undefined) => Promise<T>): Promise<T> => {
    const fault = life.alive ? host.onCall({ to: 'program', name }) : undefined
    return life.call(async () => {
      const trouble = fault?.kind === 'program-error' ? fault.how : undefined
      return afterwards(await work(trouble), fault, host)
    })
  }
}

function gatedHttp(host: AgentHost, life: Life): ReturnType<Link['http']> {
  const http = host.link.http(host.clock)
  return {
    send(call, signal) {
      const fault = life.alive ? host.onCall({ to: 'network', url: call.url }) : undefined
      return life.call(async () => {
        if (fault?.kind === 'request-error')
          throw new HttpError(fault.how, `the request to ${call.url} fails on purpose`)
        return afterwards(await http.send(call, signal), fault, host)
      })
    },
  }
}
