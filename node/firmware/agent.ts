import { MachineError, type News, Runner } from '@windlass/machine'
import type { Log } from '@windlass/platform'
import { Rate } from './local-api/rate.ts'
import { scopeLog } from './telemetry/log-scope.ts'
import { type Agent, type AgentEvent, type AgentState, agent } from './update/diagram.ts'
import type { Ports } from './update/ports.ts'
import { work } from './update/work.ts'
import { failureOf } from './update-error.ts'

/** An update takes about ten moves; with a second download and a revert not twice as many. */
const maxMoves = 40

/** The agent's machine with everything that listens to it. `run` goes on until `quit` fires. */
export interface RunningAgent {
  runner: Runner<Agent, Ports>
  rate: Rate
}

export function makeAgent(ports: Ports, memoryLog: { start(): void; stop(): void }): RunningAgent {
  const runner = new Runner<Agent, Ports>(agent, work, ports, {
    maxMoves,
    failed: (error, state) => failed(error, state, ports),
  })
  const rate = new Rate(() => ports.clock.uptime())
  runner.watch((news) => {
    scopeLog(news, memoryLog)
    follow(news, rate)
    tell(news, ports.log)
  })
  return { runner, rate }
}

/** What a state threw, as the event of its row. */
function failed(error: unknown, state: AgentState, ports: Ports): AgentEvent {
  const uid = 'offer' in state ? state.offer.uid : 'uid' in state ? state.uid : ''
  const trouble = { ...failureOf(error), during: state.at }
  if (trouble.code === 'internal' && !(error instanceof MachineError)) {
    ports.log.debug('unexpected error', {
      state: state.at,
      stack: error instanceof Error ? error.stack : String(error),
    })
  }
  return { on: 'failed', uid, trouble, life: ports.host.life, ordered: false }
}

function follow(news: News<Agent>, rate: Rate): void {
  if (news.kind === 'progress') rate.add(news.progress)
  else rate.reset()
}

function tell(news: News<Agent>, log: Log): void {
  if (news.kind === 'not_saved') {
    log.error('state not saved', { state: news.state.at, retryMs: news.retryMs, why: failureOf(news.error).message })
  } else if (news.kind === 'moved' && news.from.at !== news.to.at) {
    log.debug('moved', { from: news.from.at, on: news.event.on, to: news.to.at })
  }
}
