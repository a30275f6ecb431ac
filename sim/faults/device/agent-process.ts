import { agentPorts, makeAgent, type RunningAgent } from '@windlass/firmware/fakes'
import { type Clock, createLog, type Files, fromLevel, HttpError, MemoryLog } from '@windlass/platform'
import { diskError, type FakeFiles, type FileOp } from '@windlass/platform/fakes'
import type { Dice } from '../world/dice.ts'
import type { Life } from '../world/life.ts'
import { type FileGate, gatedFiles } from './gated-files.ts'
import { settings } from './layout.ts'
import type { Link } from './link.ts'
import { devicePrograms, gatedPrograms, type ProgramPorts, type ProgramTrouble } from './programs.ts'
import type { Call, Waiting } from './triggers.ts'

export type AgentNews = Parameters<Parameters<RunningAgent['runner']['watch']>[0]>[0]

/** What one process of the agent lives on. */
export interface AgentHost {
  disk: FakeFiles
  link: Link
  clock: Clock
  dice: Dice
  programs: Omit<ProgramPorts, 'clock'>
  /** Hears of every call before it is made, and says what goes wrong with it. */
  onCall(call: Call): Waiting | undefined
  onNews(news: AgentNews): void
  onLine(line: string): void
  /** For tests that break things on purpose. */
  meddle?: ((files: Files) => Files) | undefined
}

/** Runs the real agent until `quit` fires or it gives up; a life that ends stops it where it stands. */
export async function runAgent(host: AgentHost, life: Life, quit: AbortSignal): Promise<void> {
  const { clock, dice } = host
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
  const { runner } = makeAgent(ports, memory)
  runner.watch((news) => host.onNews(news))
  await runner.run(quit)
}

function fileGate(host: AgentHost, life: Life): FileGate {
  return <T>(op: FileOp, path: string, work: () => Promise<T>): Promise<T> => {
    const fault = life.alive ? host.onCall({ to: 'disk', op, path }) : undefined
    return life.call(() => {
      if (fault?.kind === 'disk-error') throw diskError(fault.code, op, path)
      return work()
    })
  }
}

function programGate(host: AgentHost, life: Life) {
  return <T>(name: string, work: (trouble: ProgramTrouble | undefined) => Promise<T>): Promise<T> => {
    const fault = life.alive ? host.onCall({ to: 'program', name }) : undefined
    return life.call(async () => work(fault?.kind === 'program-error' ? fault.how : undefined))
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
        return http.send(call, signal)
      })
    },
  }
}
