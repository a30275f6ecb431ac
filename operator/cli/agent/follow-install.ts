import type { LogEntry } from '@windlass/wire/updatehub'
import { CliError } from '../cli-error.ts'
import type { Io } from '../command.ts'
import type { Progress } from '../page/progress-bar.ts'
import type { Agent } from './connect.ts'
import { entriesFrom, logLine, nextIndex } from './log-lines.ts'

/** How an install went, as far as it can be seen before the device restarts. */
export type Outcome = { ended: 'restarting' } | { ended: 'idle' } | { ended: 'failed'; why: string }

const idle: readonly string[] = ['park', 'poll', 'probe', 'entry_point']
const leaving: readonly string[] = ['install', 'reboot', 'trying']
const lookEveryMs = 500

/**
 * Follows an accepted install until the device restarts or the agent is idle again. `from` is the number of the first
 * log entry that is about it.
 */
export async function followInstall(agent: Agent, io: Io, from: number): Promise<Outcome> {
  const bar = io.progress('installing')
  const view = stateView(agent, io, bar)
  let [next, state, idleLooks]: [number, string, number] = [from, '', 0]
  const errors: LogEntry[] = []
  try {
    for (;;) {
      const log = await agent.log()
      const entries = entriesFrom(log, next)
      next = nextIndex(log)
      errors.push(...entries.filter(({ level }) => level === 'error' || level === 'critical'))
      for (const entry of entries) say(io, bar, logLine(entry), { log: entry })
      const now = await view()
      if (now !== undefined && now !== state) say(io, bar, `state ${now}`, { state: now })
      state = now ?? state
      if (state === 'reboot') return { ended: 'restarting' }
      idleLooks = idle.includes(state) && entries.length === 0 ? idleLooks + 1 : 0
      if (idleLooks >= 2) return errors.length > 0 ? failed(errors) : { ended: 'idle' }
      await io.clock.sleep(lookEveryMs, io.signal)
    }
  } catch (error) {
    const gone = error instanceof CliError && error.ending === 'unavailable'
    if (gone && leaving.includes(state)) return { ended: 'restarting' }
    throw error
  } finally {
    bar.end()
  }
}

/** What state the agent is in, and its progress drawn; undefined while UpdateHub's agent keeps us waiting for it. */
function stateView(agent: Agent, io: Io, bar: Progress): () => Promise<string | undefined> {
  let hasStatus = true
  let asked: Promise<string> | undefined
  return async () => {
    if (hasStatus) {
      const status = await agent.status()
      hasStatus = status !== undefined
      if (status?.progress?.totalBytes) {
        const { doneBytes, totalBytes, bytesPerSecond } = status.progress
        bar.show(doneBytes, totalBytes, bytesPerSecond ?? undefined, status.state)
      }
      if (status) return status.state
    }
    // Its /info waits for the end of the present work, its /log never does: so the log goes on meanwhile.
    asked ??= agent.info().then(({ info }) => info.state)
    const state = await Promise.race([asked, io.clock.sleep(lookEveryMs, io.signal).then(() => undefined)])
    if (state !== undefined) asked = undefined
    return state
  }
}

function say(io: Io, bar: Progress, line: string, json: unknown): void {
  bar.end()
  io.event(line, json)
}

function failed(errors: readonly LogEntry[]): Outcome {
  return { ended: 'failed', why: errors.map(whyOf).join('; ') }
}

/** UpdateHub's agent puts everything into the message, ours code and sentence beside it. */
function whyOf({ message, data }: LogEntry): string {
  return data['why'] ? `${data['why']}${data['code'] ? ` (${data['code']})` : ''}` : message
}
