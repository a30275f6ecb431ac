import {
  agentPorts,
  type JoinedUnit,
  localApi,
  makeAgent,
  type RunningAgent,
  type Settings,
} from '@windlass/firmware/fakes'
import { createLog, fromLevel, type HttpHandler, MemoryLog } from '@windlass/platform'
import type { Life } from '../world/life.ts'
import { machinePorts, type ProcessHost } from './machine-ports.ts'

export type AgentNews = Parameters<Parameters<RunningAgent['runner']['watch']>[0]>[0]

/** What one process of the agent lives on. */
export interface AgentHost extends ProcessHost {
  settings: Settings
  /** In a unit: who commands it. */
  joined?: JoinedUnit | undefined
  /** The agent runs, and this is its local API. */
  onUp(api: HttpHandler): void
  onNews(news: AgentNews): void
}

/** Runs the real agent until `quit` fires or it gives up; a life that ends stops it where it stands. */
export async function runAgent(host: AgentHost, life: Life, quit: AbortSignal): Promise<void> {
  const { clock, settings, joined } = host
  const memory = new MemoryLog()
  memory.start()
  const lines = fromLevel('info', ({ level, text, fields }) =>
    host.onLine(`${level} ${text} ${JSON.stringify(fields)}`),
  )
  const log = createLog([lines, memory.sink], () => clock.now())
  const system = { ...machinePorts(host, life), ...(joined && { commander: joined.open.bind(joined) }) }
  const ports = await agentPorts(system, settings, log, memory)
  const { runtime, firmware, hold, link } = ports
  const { runner, rate } = makeAgent(ports, memory)
  runner.watch((news) => host.onNews(news))
  await joined?.command(runner, ports, quit)
  host.onUp(localApi({ version: 'sim', settings, runtime, firmware, hold, link, runner, rate, log: memory }))
  const over = new AbortController()
  const registered = joined?.serve(AbortSignal.any([quit, over.signal]))
  try {
    await runner.run(quit)
  } finally {
    over.abort()
    await registered
  }
}
