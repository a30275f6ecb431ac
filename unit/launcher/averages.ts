import type { Clock } from '@windlass/platform'
import type { Nodes } from '../ports.ts'
import type { Averages } from './placer.ts'

/** How long a node may take to say what it measured. */
const answerMs = 10_000

/** What nodes measured of late; those that do not say in time are left out. */
export async function averagesOf(
  nodeIds: readonly string[],
  nodes: Pick<Nodes, 'averageMonitoring'>,
  clock: Clock,
): Promise<Averages> {
  const ended = new AbortController()
  const late = clock.sleep(answerMs, ended.signal).catch(() => undefined)
  const asked = nodeIds.map(async (nodeId) => {
    const average = await Promise.race([nodes.averageMonitoring(nodeId, ended.signal).catch(() => undefined), late])
    return average ? ([[nodeId, average]] as const) : []
  })
  try {
    return new Map((await Promise.all(asked)).flat())
  } finally {
    ended.abort()
  }
}
