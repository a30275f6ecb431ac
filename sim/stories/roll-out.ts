import type { PackageRecord, Standing } from '@windlass/wire/operator'
import { line } from '../screen/line.ts'
import { hold, type Scene } from './scene.ts'

/** How an update ended, as the fleet has it. */
export interface RolledOut {
  rollout: number
  state: Standing
  reason: string | null
}

const settled: readonly Standing[] = ['updated', 'failed', 'rolled_back']

/** Starts a rollout to the product, has the device look now instead of within a minute, and sees it through to the end. */
export async function rollOut(record: PackageRecord, scene: Scene): Promise<RolledOut> {
  const { fleet, agent, news, screen, product } = scene
  const ended = news.next(`the fleet to hear how the update to ${record.version} ended`, (happening) => {
    const event = happening.kind === 'fleet' ? happening.event : undefined
    if (event?.kind !== 'attempt' || event.package !== record.uid || !settled.includes(event.state)) return undefined
    return { state: event.state, reason: event.reason }
  })
  const rest = atRest(scene)
  const { id } = await fleet.startRollout({ package: record.uid, to: { product } })
  screen.line(line('operator', `starts rollout ${id}: ${record.version} to every device of the product`))
  const answer = await agent.probe()
  if (answer !== 'busy') hold('what a probe is answered', 'updating', answer)
  await rest
  return { rollout: id, ...(await ended) }
}

/** When the agent next has nothing to do. */
export function atRest({ news }: Scene): Promise<true> {
  return news.next('the device to come to rest', (happening) => {
    return happening.kind === 'moved' && happening.to === 'poll' ? true : undefined
  })
}
