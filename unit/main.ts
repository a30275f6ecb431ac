import { readFile, rm } from 'node:fs/promises'
import { getCACertificates } from 'node:tls'
import { parseArgs } from 'node:util'
import {
  createLog,
  fromLevel,
  jsonLines,
  nodeFiles,
  nodeHttp,
  nodeProcesses,
  prettyLines,
  systemClock,
  systemRandom,
} from '@windlass/platform'
import { grpc } from '@windlass/platform/grpc'
import { wsSockets } from './cloud/ws-sockets.ts'
import { updateManager } from './desired-state/diagram.ts'
import type { Tls } from './ports.ts'
import { runNode } from './run-node.ts'
import { runUnit } from './run-unit.ts'
import { readSettings, type UnitSettings } from './settings.ts'
import { UnitError } from './unit-error.ts'
import type { WorldPorts } from './world.ts'

/** For the documents and the console. */
export const updateDiagram: { diagram: Record<string, Record<string, string>>; start: string } = updateManager

const usage = `windlass unit: brings the nodes of a unit to the desired state that its fleet gives it

  --settings FILE   JSON; on a node that is not the main one it names the main node, and only the identity service runs
  --debug           log more

On SIGHUP the unit forgets which releases failed here, so that they are tried again when they are given again.

exit status: 0 when asked to end, 64 usage, 66 no settings, 75 another unit runs in this folder, 78 settings
`

/** Runs a unit's main node, or another node's identity service, until SIGTERM or SIGINT. Answers the exit code. */
export async function main(argv: string[]): Promise<number> {
  const line = readLine(argv)
  if (line === undefined || line.help || line.settings === undefined) {
    process[line?.help ? 'stdout' : 'stderr'].write(usage)
    return line?.help ? 0 : 64
  }
  const stop = new AbortController()
  const onSignal = (): void => stop.abort(new DOMException('asked to end', 'AbortError'))
  process.once('SIGTERM', onSignal).once('SIGINT', onSignal)
  let onHangup = (): void => {}
  const hangup = (): void => onHangup()
  process.on('SIGHUP', hangup)
  try {
    const settings = readSettings(line.settings, await textOf(line.settings))
    const world = realWorld(line.debug === true, await trusted(settings))
    await (settings.mainNode
      ? runNode(settings, settings.mainNode, world, stop.signal)
      : runUnit(settings, world, stop.signal, (forget) => {
          onHangup = forget
        }))
    return 0
  } catch (error) {
    if (error instanceof UnitError && error.code === 'settings') return refused(error, isMissing(error.cause) ? 66 : 78)
    if (error instanceof UnitError && error.code === 'wrong_state') return refused(error, 75)
    if (error instanceof Error && isMissing(error)) return refused(error, 66)
    throw error
  } finally {
    process.off('SIGTERM', onSignal).off('SIGINT', onSignal).off('SIGHUP', hangup)
  }
}

/** @throws UnitError `settings` */
async function textOf(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new UnitError('settings', `${path}: expected a settings file, got: ${why}`, { cause })
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT'
}

function readLine(argv: string[]) {
  const options = {
    settings: { type: 'string' },
    debug: { type: 'boolean' },
    help: { type: 'boolean', short: 'h' },
  } as const
  try {
    return parseArgs({ args: argv, options }).values
  } catch {
    return undefined
  }
}

/** Whom the fleet's server may be signed by, besides who signed the unit's own certificate. PEM. */
async function trusted({ cloudCaFile }: UnitSettings): Promise<readonly string[]> {
  const own = cloudCaFile === undefined ? [] : [await readFile(cloudCaFile, 'utf8')]
  return [...own, ...getCACertificates('default'), ...getCACertificates('system')]
}

function realWorld(debug: boolean, roots: readonly string[]): WorldPorts {
  const trusting = (own: Tls | undefined) => own && { ...own, ca: [own.ca, ...roots].join('\n') }

  const lines = process.stderr.isTTY ? prettyLines : jsonLines
  const sink = fromLevel(
    debug ? 'debug' : 'info',
    lines((text) => process.stderr.write(text)),
  )
  return {
    files: nodeFiles,
    clock: systemClock,
    random: systemRandom,
    log: createLog([sink], () => systemClock.now()),
    processes: nodeProcesses(systemClock),
    rpc: grpc,
    sockets: { open: (url, { token, tls }, until) => wsSockets.open(url, { token, tls: trusting(tls) }, until) },
    http: (own) => nodeHttp(trusting(own) ?? { ca: [...roots] }),
    removeTree: (path) => rm(path, { recursive: true, force: true }),
  }
}

function refused(error: Error, code: number): number {
  process.stderr.write(`windlass unit: ${error.message}\n`)
  return code
}
