import type { Cost } from './meter.ts'
import { spreadOf } from './statistics.ts'

/** All runs of one tool in one scenario. */
export interface Result {
  name: string
  /** `base`: the others are told as multiples of it. `peer`: the fastest of these is the other measure. */
  role: 'base' | 'peer' | 'ours'
  costs: readonly Cost[]
}

const titles = ['tool', 'wall s', 'least–most', '× copy', '× fastest peer', 'CPU s', '× copy', 'RSS MB', 'anonymous MB']

/** One scenario as a Markdown table: medians, and ratios of medians; memory is the largest of all runs. */
export function table(results: readonly Result[]): string {
  const rows = results.map((result) => row(result, results))
  return [titles, titles.map((_, column) => (column === 0 ? '---' : '---:')), ...rows]
    .map((cells) => `| ${cells.join(' | ')} |`)
    .join('\n')
}

function row({ name, costs }: Result, all: readonly Result[]): string[] {
  const wall = spreadOf(costs.map(({ seconds }) => seconds))
  const processor = medianOf(costs, 'processorSeconds')
  const base = all.find(({ role }) => role === 'base')?.costs ?? []
  const peers = all.filter(({ role }) => role === 'peer').map((peer) => medianOf(peer.costs, 'seconds'))
  const ratio = (value: number, of: number) => (Number.isFinite(value / of) ? (value / of).toFixed(2) : '–')
  return [
    name,
    wall.median.toFixed(2),
    `${wall.least.toFixed(2)}–${wall.most.toFixed(2)}`,
    ratio(wall.median, medianOf(base, 'seconds')),
    ratio(wall.median, Math.min(...peers)),
    processor.toFixed(2),
    ratio(processor, medianOf(base, 'processorSeconds')),
    megabytes(costs.map(({ rss }) => rss)),
    megabytes(costs.map(({ anonymous }) => anonymous)),
  ]
}

function medianOf(costs: readonly Cost[], key: keyof Cost): number {
  return costs.length === 0 ? NaN : spreadOf(costs.map((cost) => cost[key])).median
}

function megabytes(bytes: readonly number[]): string {
  return (spreadOf(bytes).most / 1e6).toFixed(1)
}
