import type { Clock } from '@windlass/platform'
import type { News } from '../news.ts'
import type { AgentClient } from './agent-client.ts'

const long: readonly string[] = ['direct_download', 'download', 'install']
const lookEveryMs = 100

/** Tells how far the device is, whenever its agent is in a state that takes a while. Returns how to stop. */
export function followProgress(agent: AgentClient, news: News, clock: Clock): () => void {
  let at = ''
  const look = async (state: string): Promise<void> => {
    while (at === state) {
      const progress = await agent.progress().catch(() => undefined)
      if (progress?.state === state && at === state) news.tell({ kind: 'progress', progress })
      await clock.sleep(lookEveryMs)
    }
  }
  return news.watch((happening) => {
    if (happening.kind === 'moved') at = happening.to
    else if (happening.kind === 'booted' || happening.kind === 'agent_ended') at = ''
    if (happening.kind === 'moved' && long.includes(at)) void look(at)
  })
}
