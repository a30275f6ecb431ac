import type { UnitMeasurement } from '@windlass/wire/operator'
import * as z from 'zod'

const usage = z.object({ timeMs: z.number(), ram: z.number(), cpu: z.number() })
const node = z.object({ nodeId: z.string(), usages: z.array(usage) })

/** One value of a node over time, oldest first. `cpu` in DMIPS, `ram` in bytes. */
export interface Sample {
  timeMs: number
  cpu: number
  ram: number
}

/** What was measured of one node, by the time it was measured; what has another shape is left out. Pure. */
export function samplesOf(news: readonly UnitMeasurement[], nodeId: string): Sample[] {
  const all = news.flatMap(({ nodes }) =>
    nodes.flatMap((one) => {
      const { data } = node.safeParse(one)
      return data?.nodeId === nodeId ? data.usages : []
    }),
  )
  const byTime = new Map(all.map((sample) => [sample.timeMs, sample]))
  return [...byTime.values()].sort((a, b) => a.timeMs - b.timeMs)
}
