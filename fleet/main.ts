import { readFile } from 'node:fs/promises'
import { StartError, type StartErrorCode } from './fleet-error.ts'
import { readSettings } from './settings/read-settings.ts'
import { startFleet } from './start-fleet.ts'

const usage = `windlass fleet: the server that keeps packages and tells each device what to run

  --settings FILE              JSON; the options below win over it
  --data DIR                   where everything is kept (default .windlass/fleet)
  --listen HOST:PORT           default 127.0.0.1:8000; beyond loopback --tls-* and a user or token are needed
  --database URL               postgresql://…, 15 or newer (default: our own below --data); several fleets with one URL are one
  --bus URL                    nats://…, with JetStream: what processes tell each other (default: over the database)
  --blobs DIR|s3://BUCKET      where packages and blobs are, for all processes (default: below --data)
  --trusted-key FILE           PEM; may come several times; then only packages signed with one of them are taken
  --tls-cert FILE --tls-key FILE
  --operator-token-file FILE   a token that may do everything; others: windlass users, windlass tokens
  --admission open|approved    who is taken in that is not known yet: everybody, or devices that were imported
  --packagers-file FILE        who may \`uhu package push\`: a line each, access id and secret

windlass fleet backup --out FILE [--settings FILE] [--data DIR] [--database URL] [--blobs PLACE]
                               all records of one moment and all packages and blobs, of all projects,
                               while the fleet runs or not
windlass fleet restore FILE [--settings FILE] [--data DIR] [--database URL] [--blobs PLACE]
                               into an empty place
`

/** As in sysexits.h: configuration, and something that is needed is not to be had. */
const exitCodes: Record<StartErrorCode, number> = {
  settings_invalid: 78,
  tls_required: 78,
  token_required: 78,
  data_unusable: 73,
  data_in_use: 75,
  database_failed: 69,
  bus_failed: 69,
  blobs_unusable: 69,
  backup_failed: 74,
  restore_refused: 73,
  port_busy: 69,
}

/** Runs a fleet until SIGTERM or SIGINT. Answers the exit code: 0 when asked to end, 70 when the database went away. */
export async function main(argv: string[]): Promise<number> {
  if (argv.includes('--help') || argv.includes('-h')) {
    process.stdout.write(usage)
    return 0
  }
  try {
    const [verb, ...rest] = argv
    if (verb === 'backup' || verb === 'restore') return await (await import('./backup/command.ts'))[verb](rest)
    return await runFleet(argv)
  } catch (error) {
    if (!(error instanceof StartError)) throw error
    process.stderr.write(`windlass fleet: ${error.message} (${error.code})\n`)
    return exitCodes[error.code]
  }
}

async function runFleet(argv: string[]): Promise<number> {
  // Asked to end while still starting: the start is finished and undone, so that no database is left behind.
  const { promise: asked, resolve: ask } = Promise.withResolvers<undefined>()
  const onSignal = (): void => ask(undefined)
  process.once('SIGTERM', onSignal).once('SIGINT', onSignal)
  try {
    const fleet = await startFleet(await readSettings(argv, (path) => readFile(path, 'utf8'), process.env))
    process.stdout.write(`${fleet.url}\n`)
    const lost = await Promise.race([asked, fleet.lost])
    if (lost) process.stderr.write(`windlass fleet: the database went away: ${lost.message}\n`)
    await fleet.stop()
    return lost ? 70 : 0
  } finally {
    process.off('SIGTERM', onSignal).off('SIGINT', onSignal)
  }
}
