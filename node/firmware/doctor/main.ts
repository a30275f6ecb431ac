import { parseArgs } from 'node:util'
import { nodeFiles, nodeHttp, nodeProcesses, systemClock } from '@windlass/platform'
import { systemMounts } from '../adapters/system-mounts.ts'
import { slotsFor } from '../slots/slots-for.ts'
import { examine, isFit } from './examine.ts'
import { jsonReport, textReport } from './report.ts'

const usage = `usage: windlass doctor [--settings FILE] [--json]

  Is this device fit to be updated? Checks it against the integrator's guide, line by line. Leaves everything as it was.

  -c, --settings FILE    UpdateHub's settings file (default /etc/updatehub.conf)
      --json             one JSON document: { fit, checks: [{ name, verdict, expected, came, advice }] }

exit status: 0 fit, 1 something is wrong, 64 usage
`

/** `windlass doctor`. Returns the exit status. */
export async function main(argv: string[]): Promise<number> {
  const options = readArguments(argv)
  if (!options) return 64
  if (options.help) {
    process.stdout.write(usage)
    return 0
  }
  const files = nodeFiles
  const processes = nodeProcesses()
  const lines = await examine(options.settings, {
    files,
    processes,
    http: nodeHttp(),
    clock: systemClock,
    mounts: systemMounts({ files, processes }),
    slotsOf: ({ bootControl }) => slotsFor(bootControl, { files, processes }),
  })
  process.stdout.write(options.json ? jsonReport(lines) : textReport(lines))
  return isFit(lines) ? 0 : 1
}

function readArguments(argv: string[]) {
  try {
    return parseArgs({
      args: argv,
      options: {
        settings: { type: 'string', short: 'c', default: '/etc/updatehub.conf' },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    }).values
  } catch (error) {
    process.stderr.write(`windlass doctor: ${error instanceof Error ? error.message : String(error)}\n${usage}`)
    return undefined
  }
}
