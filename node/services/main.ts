import { parseArgs } from 'node:util'
import {
  createLog,
  fromLevel,
  jsonLines,
  type LogLevel,
  nodeFiles,
  prettyLines,
  SettingsError,
  systemClock,
} from '@windlass/platform'
import { nodeWorld } from './node-world.ts'
import { type NodeWorld, ServiceManager } from './service-manager.ts'
import { ServicesError } from './services-error.ts'
import { loadSettings } from './settings.ts'

const usage = `usage: windlass services [--settings FILE] [--verbosity LEVEL]

  Runs the service manager of this node in the foreground. Services outlive it.

  --end                  ends the services of this node instead, and exits; the next start starts them again
  -c, --settings FILE    JSON with AosCore's keys (default /etc/aos/sm.cfg)
  -v, --verbosity LEVEL  error, warning, info, debug or trace (default info)

exit status: 0 told to stop, 1 settings or node unfit, 64 usage, 70 internal error
`
const levels: readonly LogLevel[] = ['error', 'warning', 'info', 'debug', 'trace']

/** `windlass services`. Returns the exit status when told to stop. */
export async function main(argv: string[]): Promise<number> {
  const options = readArguments(argv)
  if (!options) return 64
  if (options.help) {
    process.stdout.write(usage)
    return 0
  }
  const write = (line: string) => void process.stdout.write(line)
  const sink = process.stdout.isTTY ? prettyLines(write, { color: true }) : jsonLines(write)
  const log = createLog([fromLevel(options.level, sink)], () => systemClock.now())
  const quit = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => quit.abort())
  try {
    const settings = await loadSettings(options.settings, nodeFiles)
    const world = await nodeWorld(settings, log)
    if (options.end) return await endServices(world)
    const runtimes = world.runtimes.map(({ type }) => type)
    log.info('service manager started', { node: world.nodeId, unit: settings.unit, runtimes })
    await new ServiceManager(world, settings).run(quit.signal)
    return 0
  } catch (error) {
    if (quit.signal.aborted) return 0
    process.stderr.write(`windlass services: ${error instanceof Error ? error.message : String(error)}\n`)
    return error instanceof SettingsError || error instanceof ServicesError ? 1 : 70
  }
}

/** For a node that is taken out of duty. */
async function endServices({ runtimes, log }: NodeWorld): Promise<number> {
  for (const runtime of runtimes) {
    const running = (await runtime.list()).filter(({ exit }) => !exit)
    await Promise.all(running.map(({ id }) => runtime.stop(id)))
    log.info('services ended', { runtime: runtime.type, services: running.length })
  }
  return 0
}

function readArguments(argv: string[]) {
  try {
    const { values } = parseArgs({
      args: argv,
      options: {
        settings: { type: 'string', short: 'c', default: '/etc/aos/sm.cfg' },
        verbosity: { type: 'string', short: 'v', default: 'info' },
        end: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    })
    const level = levels.find((name) => name === values.verbosity)
    if (!level) throw new Error(`expected --verbosity to be one of ${levels.join(', ')}, got ${values.verbosity}`)
    return { settings: values.settings, level, end: values.end, help: values.help }
  } catch (error) {
    process.stderr.write(`windlass services: ${error instanceof Error ? error.message : String(error)}\n${usage}`)
    return undefined
  }
}
