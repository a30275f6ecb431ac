import type { News } from '@windlass/machine'
import type { LogSink } from '@windlass/platform'
import type { Agent, StateName } from '../update/diagram.ts'

const requests: readonly string[] = ['ask_probe', 'install_file', 'install_url']
const idle: readonly StateName[] = ['park', 'poll']

/**
 * When the memory log begins anew and when it stops (updatehub.md 1.9): anew at an accepted request and at an automatic
 * probe that found an update; stopped, its contents kept, when the agent is idle again.
 */
export function scopeLog(news: News<Agent>, log: { start(): void; stop(): void }): void {
  if (news.kind !== 'moved') return
  const { from, event, to } = news
  const found = from.at === 'probe' && from.asked === null && event.on === 'offered'
  if (requests.includes(event.on) || found) log.start()
  else if (idle.includes(to.at)) log.stop()
}

/** What an automatic probe may end with besides an update. */
export const outcomes = {
  failed: 'probe failed',
  none: 'no update available',
  wait: 'server asked for a delay',
} as const
const recorded: readonly string[] = Object.values(outcomes)

/** These lines are kept even while the memory log is stopped. */
export function isOutcome({ text }: Parameters<LogSink>[0]): boolean {
  return recorded.includes(text)
}
