import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { cpus, loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import pg from 'pg'
import { databaseOf, serve } from '../fleet/servers.ts'
import { type Memory, memoryOf, processorSeconds } from '../install/proc.ts'

/* What a fleet pays for units that are on the line. */

const usage = `usage: npm run bench:sockets [-- OPTIONS]
Units that are known find their WebSockets, say their whole status and stay, from a process of their own. What the fleet's process
has more than in the row before is shared out among the units that came since.
  --units N,N       how many are on the line (default 1000,4000,10000)
  --rest SECONDS    how long the fleet is left alone before it is measured (default 40)`

const options = {
  units: { type: 'string', default: '1000,4000,10000' },
  rest: { type: 'string', default: '40' },
  help: { type: 'boolean', default: false },
} as const

async function main(steps: readonly number[], rest: number): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'bench-sockets-'))
  const fleet = await serve('bin/windlass', ['fleet', '--data', folder, '--listen', '127.0.0.1:0'])
  const load = spawn(process.execPath, [join(import.meta.dirname, 'units.ts'), fleet.url], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const lines = createInterface(load.stdout)[Symbol.asyncIterator]()
  try {
    await enrolled(await databaseOf(folder), Math.max(...steps))
    console.log(`${cpus().length} cores, load ${loadavg()[0]?.toFixed(1)}, Node ${process.version}`)
    console.log('units | RSS MB | anonymous MB | KB each | anonymous KB each | idle CPU ms/s | connect CPU us each')
    let before: { units: number; memory: Memory } | undefined
    for (const units of steps) {
      const began = processorSeconds(fleet.pid).own
      await online(load.stdin, lines, units)
      const connecting = processorSeconds(fleet.pid).own - began
      // Both pings of a unit, and what V8 lets go of when nothing happens.
      await sleep(rest * 1000)
      const idling = processorSeconds(fleet.pid).own
      await sleep(rest * 1000)
      const idle = processorSeconds(fleet.pid).own - idling
      const memory = memoryOf(fleet.pid)
      if (!memory) throw new Error('expected the fleet to live, it is gone')
      const more = units - (before?.units ?? 0)
      const each = (part: 'rss' | 'anonymous') =>
        before ? ((memory[part] - before.memory[part]) / more / 1e3).toFixed(1) : ''
      const megabytes = [memory.rss, memory.anonymous].map((bytes) => (bytes / 1e6).toFixed(0))
      const costs = [((idle / rest) * 1e3).toFixed(1), ((connecting / more) * 1e6).toFixed(0)]
      console.log([units, ...megabytes, each('rss'), each('anonymous'), ...costs].join(' | '))
      before = { units, memory }
    }
  } finally {
    load.stdin.end()
    if (load.exitCode === null) await once(load, 'exit')
    await fleet.stop()
    await rm(folder, { recursive: true, force: true })
  }
}

/** Takes units in as enrolment does; 10,000 keys and certificates would take longer than all else. */
async function enrolled(database: string, units: number): Promise<void> {
  const client = new pg.Client(database)
  await client.connect()
  await client.query(
    `insert into units (id, model, standing, first_seen, last_seen)
     select 'unit-' || n, 'bench', 'idle', now(), now() from generate_series(1, $1::int) n`,
    [units],
  )
  await client.end()
}

async function online(to: NodeJS.WritableStream, lines: AsyncIterator<string>, units: number): Promise<void> {
  to.write(`${units}\n`)
  const { value, done } = await lines.next()
  if (done || Number(value) !== units) throw new Error(`expected ${units} units on the line, got ${value}`)
}

const { values } = parseArgs({ options })
if (values.help) console.log(usage)
else await main(values.units.split(',').map(Number), Number(values.rest))
