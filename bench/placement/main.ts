import { placeAll as place } from '@windlass/unit/placement'
import { scan } from './scan.ts'
import { scene } from './scene.ts'

/* How the cost of placing a whole unit anew grows. */

const usage = `usage: npm run bench:placement [-- --ms N]
Places 64 to 4096 instances on 4 to 256 nodes, and the same by looking at every node each time.
  cost      milliseconds of one core, the mean of as many as N ms hold (default 300)
  x least   cost as a ratio to the smallest case
  growth    that, per instance and per log2 of the nodes: stays level when cost grows as instances x log nodes
  x scan    cost as a ratio to the scan of the same case`

const instanceCounts = [64, 256, 1024, 4096]
const nodeCounts = [4, 16, 64, 256]

function main(): void {
  const enough = Number(process.argv[process.argv.indexOf('--ms') + 1]) || 300
  const columns = ['instances', 'nodes', 'cost ms', 'x least', 'growth', 'scan ms', 'x scan']
  console.log(columns.map((name) => name.padStart(10)).join(''))
  for (let warm = 0; warm < 20; warm++) place(scene(1024, 64))
  let least: { ms: number; work: number } | undefined
  for (const nodes of nodeCounts)
    for (const instances of instanceCounts) {
      const input = scene(instances, nodes)
      refuseDifference(instances, nodes)
      const ms = cost(enough, () => place(input))
      const scanMs = cost(enough, () => scan(input))
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

/**
 * Milliseconds of this thread's own for one go: on a busy machine the wall clock measures the neighbours. Some kernels
 * count it in steps of milliseconds, so that many goes are measured at once.
 */
function cost(ms: number, work: () => unknown): number {
  const start = process.threadCpuUsage()
  for (let goes = 1; ; goes++) {
    work()
    const { user, system } = process.threadCpuUsage(start)
    if (user + system >= ms * 1000) return (user + system) / 1000 / goes
  }
}

if (process.argv.includes('--help')) console.log(usage)
else main()
