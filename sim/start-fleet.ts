import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { ensureConsole } from '@windlass/web/build'
import type { OperatorClient } from '@windlass/wire/operator'
import { windlass } from './children/front-door.ts'
import { DemoError } from './demo-error.ts'
import type { Place } from './place.ts'
import { line } from './screen/line.ts'
import { secondsText } from './screen/quantities.ts'
import type { StagePorts } from './stage.ts'

const graceMs = 25_000
const lookEveryMs = 100

/** Returns when it answers and its events come. Quits the demo if it ends by itself. */
export async function startFleet(client: OperatorClient, url: string, port: number, p: StagePorts): Promise<void> {
  const { place, household, clock, screen, quit } = p
  const built = await buildConsole(p)
  const started = clock.uptime()
  const listen = ['--listen', `127.0.0.1:${port}`, '--data', place.fleet, '--trusted-key', place.keys.public]
  const child = await household.start('fleet', { ...windlass('fleet', ...listen), log: place.logs.fleet }, graceMs)
  void child.ended.then(async (how) => {
    if (!quit.signal.aborted) quit.abort(await fleetEnded(how, place))
  })
  while (!(await answers(client))) await clock.sleep(lookEveryMs, quit.signal)
  await followFleet(client, p)
  const took = secondsText(clock.uptime() - started)
  screen.line(line('fleet', `listens on ${url}, with a PostgreSQL of its own, up in ${took}`))
  if (built) screen.line(line('fleet', `shows itself in a browser at ${url}`))
}

/** Whether there is a console. Without one the demo goes on. */
async function buildConsole({ screen }: StagePorts): Promise<boolean> {
  try {
    if (await ensureConsole()) screen.line(line('demo', 'built the console that the fleet serves'))
    return true
  } catch (error) {
    screen.line(line('demo', `could not build the console: ${String(error)}`, 'odd'))
    return false
  }
}

async function answers(client: OperatorClient): Promise<boolean> {
  return client.health().then(
    () => true,
    () => false,
  )
}

async function fleetEnded(how: string, { logs }: Place): Promise<DemoError> {
  const lines = (await readFile(logs.fleet, 'utf8').catch(() => '')).trim().split('\n')
  return new DemoError('child_failed', `the fleet ended by itself (${how}): ${lines.at(-1) ?? ''}`)
}

/** Passes the fleet's events on, from the time on when this returns. */
async function followFleet(client: OperatorClient, { news, quit }: StagePorts): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  const follow = async (): Promise<void> => {
    for await (const event of client.events(quit.signal)) {
      resolve()
      news.tell({ kind: 'fleet', event })
    }
  }
  follow().catch((error: unknown) => quit.abort(error))
  const left = once(quit.signal, 'abort')
  await Promise.race([promise, left])
}
