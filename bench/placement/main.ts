import { performance } from 'node:perf_hooks'
import { placeAll as place } from '@windlass/unit/placement'
import { scan } from './scan.ts'
import { scene } from './scene.ts'

/*
 * How the cost of placing grows. Each case runs all of its instances anew; the best of some runs counts, because whatever
 * else the machine does only adds.
 */

const usage = `usage: npm run bench:placement [-- --runs N]
Places 64 to 4096 instances on 4 to 256 nodes, and the same by looking at every node each time.
  cost      milliseconds of one core, best of N runs (default 7)
  x least   cost as a ratio to the smallest case
  growth    that, per instance and per log2 of the nodes: stays level when cost grows as instances x log nodes
  x scan    cost as a ratio to the scan of the same case`

const instanceCounts = [64, 256, 1024, 4096]
const nodeCounts = [4, 16, 64, 256]

function main(): void {
  const runs = Number(process.argv[process.argv.indexOf('--runs') + 1]) || 7
  const columns = ['instances', 'nodes', 'cost ms', 'x least', 'growth', 'scan ms', 'x scan']
  console.log(columns.map((name) => name.padStart(10)).join(''))
  for (let warm = 0; warm < 20; warm++) place(scene(1024, 64))
  let least: { ms: number; work: number } | undefined
  for (const nodes of nodeCounts)
    for (const instances of instanceCounts) {
      const input = scene(instances, nodes)
      refuseDifference(instances, nodes)
      const ms = best(runs, () => place(input))
      const scanMs = best(runs, () => scan(input))
      const work = instances * Math.log2(nodes)
      least ??= { ms, work }
      const ratio = ms / least.ms
      const row = [
        String(instances),
        String(nodes),
        ms.toFixed(2),
        ratio.toFixed(1),
        (ratio / (work / least.work)).toFixed(2),
        scanMs.toFixed(2),
        (ms / scanMs).toFixed(2),
      ]
      console.log(row.map((cell) => cell.padStart(10)).join(''))
    }
}

/** A fast answer that is not the right one is worth nothing. */
function refuseDifference(instances: number, nodes: number): void {
  const input = scene(instances, nodes)
  const expected = scan(input)
  const { assignments } = place(input)
  const same = assignments.every(({ ident, nodeId }) => expected.get(`${ident.itemId}/${ident.index}`) === nodeId)
  if (!same || assignments.length !== expected.size)
    throw new Error(`${instances} instances on ${nodes} nodes: expected what a scan finds, got something else`)
}

function best(runs: number, work: () => unknown): number {
  let least = Infinity
  for (let run = 0; run < runs; run++) {
    const start = performance.now()
    work()
    least = Math.min(least, performance.now() - start)
  }
  return least
}

if (process.argv.includes('--help')) console.log(usage)
else main()
