import { parseArgs } from 'node:util'
import {
  createLog,
  fromLevel,
  jsonLines,
  type Log,
  type LogLevel,
  MemoryLog,
  nodeFiles,
  nodeHttp,
  nodeProcesses,
  prettyLines,
  SettingsError,
  systemClock,
  systemRandom,
} from '@windlass/platform'
import { serviceManager } from './adapters/service-manager.ts'
import { makeAgent, type RunningAgent } from './agent.ts'
import { agentPorts, type System } from './agent-ports.ts'
import type { UnitSettings } from './commander/unit-settings.ts'
import { FirmwareError } from './identity/firmware-error.ts'
import { loadSettings } from './load-settings.ts'
import { serveLocalApi } from './local-api/serve.ts'
import { fileRecords } from './records.ts'
import type { Settings } from './settings.ts'
import { type InstallFile, watchFolder } from './sources/watched-folder.ts'
import { isOutcome } from './telemetry/log-scope.ts'
import type { Ports } from './update/ports.ts'
import { watchdogOf } from './watchdog/device-watchdog.ts'

const version = '0.1.0'
const usage = `usage: windlass agent [--settings FILE] [--verbosity LEVEL]

  Runs the device agent in the foreground.

  -c, --settings FILE    UpdateHub's settings file (default /etc/updatehub.conf)
  -v, --verbosity LEVEL  error, warning, info, debug or trace (default info)

exit status: 0 told to stop, 1 settings or device unfit, 64 usage, 70 internal error
`
const levels: readonly LogLevel[] = ['error', 'warning', 'info', 'debug', 'trace']

/** `windlass agent`. Returns the exit status when told to stop. */
export async function main(argv: string[]): Promise<number> {
  const options = readArguments(argv)
  if (!options) return 64
  if (options.help) {
    process.stdout.write(usage)
    return 0
  }
  const memory = new MemoryLog({ always: isOutcome })
  memory.start()
  const write = (line: string) => void process.stdout.write(line)
  const sink = process.stdout.isTTY ? prettyLines(write, { color: true }) : jsonLines(write)
  const log = createLog([fromLevel(options.level, sink), fromLevel(options.level, memory.sink)], () =>
    systemClock.now(),
  )
  const quit = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => quit.abort())
  try {
    const settings = await loadSettings(options.settings, nodeFiles)
    if (!(await nodeFiles.facts(options.settings))) {
      const { serverAddress: server } = settings
      log.warning('no settings file: the defaults count', { expected: options.settings, server })
    }
    await serve(settings, log, memory, quit.signal)
    return 0
  } catch (error) {
    if (quit.signal.aborted) return 0
    process.stderr.write(`windlass agent: ${error instanceof Error ? error.message : String(error)}\n`)
    return error instanceof SettingsError || error instanceof FirmwareError ? 1 : 70
  }
}

function readArguments(argv: string[]) {
  try {
    const { values } = parseArgs({
      args: argv,
      options: {
        settings: { type: 'string', short: 'c', default: '/etc/updatehub.conf' },
        verbosity: { type: 'string', short: 'v', default: 'info' },
        help: { type: 'boolean', short: 'h', default: false },
      },
    })
    const level = levels.find((name) => name === values.verbosity)
    if (!level) throw new Error(`expected --verbosity to be one of ${levels.join(', ')}, got ${values.verbosity}`)
    return { settings: values.settings, level, help: values.help }
  } catch (error) {
    process.stderr.write(`windlass agent: ${error instanceof Error ? error.message : String(error)}\n${usage}`)
    return undefined
  }
}

/** Builds all ports, leaves first, and runs until `quit` fires. */
async function serve(settings: Settings, log: Log, memory: MemoryLog, quit: AbortSignal): Promise<void> {
  const unit = settings.unit && (await joinUnit(settings.unit))
  const system = { ...(await realSystem(settings, log)), ...(unit && { commander: unit.open.bind(unit) }) }
  const ports = await agentPorts(system, settings, log, memory)
  const { runner, rate } = makeAgent(ports, memory)
  await unit?.command(runner, ports, quit)
  const { runtime, firmware, hold, link } = ports
  const api = { version, settings, runtime, firmware, hold, link, runner, rate, log: memory }
  const server = await serveLocalApi(api, settings, { files: nodeFiles, processes: nodeProcesses(), log })
  log.info('agent started', { address: settings.listenSocket, version: firmware.version })
  const over = new AbortController()
  const until = AbortSignal.any([quit, over.signal])
  const watching = watch(settings, runner, ports, until)
  const registered = unit?.serve(until)
  const alive = new AbortController()
  const manager = serviceManager(process.env, process.pid, { processes: nodeProcesses(), clock: systemClock, log })
  const attended = manager.attend(alive.signal)
  try {
    await runner.run(quit)
  } finally {
    over.abort()
    alive.abort()
    await Promise.all([server.close(), attended, watching, registered, ports.guard.leave()])
  }
}

/** gRPC takes memory that a device which stands alone does not have to spend. */
async function joinUnit(unit: UnitSettings) {
  const [{ JoinedUnit }, { grpc }] = await Promise.all([
    import('./commander/join-unit.ts'),
    import('@windlass/platform/grpc'),
  ])
  return new JoinedUnit(unit, grpc)
}

/** The folder of packages, where the settings name one. It never ends the agent. */
async function watch(
  settings: Settings,
  runner: RunningAgent['runner'],
  ports: Ports,
  quit: AbortSignal,
): Promise<void> {
  if (settings.watchFolder === null) return
  const { clock, files, log } = ports
  const ask: InstallFile = async (source) => (await runner.order({ on: 'install_file', source })).accepted
  const { seen } = fileRecords(settings, files, log)
  try {
    await watchFolder(settings.watchFolder, ask, { clock, files, log, seen }, quit)
  } catch (error) {
    log.error('the watched folder is not watched any more', { why: String(error) })
  }
}

async function realSystem({ watchdog }: Settings, log: Log): Promise<System> {
  const [files, processes, http] = [nodeFiles, nodeProcesses(), nodeHttp({ flatMemory: true })]
  return {
    clock: systemClock,
    random: systemRandom,
    files,
    processes,
    http,
    watchdog: await watchdogOf(watchdog, { files, processes, log }),
  }
}
