import { parseArgs } from 'node:util'
import { DemoError } from './demo-error.ts'

export interface Options {
  /** End after the stories instead of staying up. */
  once: boolean
  /** Folder of everything the demo keeps. */
  data: string
  /** One JSON document per line instead of text. */
  json: boolean
  help: boolean
}

export const usage = `usage: windlass up [--once] [--data DIR] [--json]

  Everything on this machine: a fleet server with its own PostgreSQL, and a device with two file-backed slots. Then an
  update that works, packages that were tampered with, and an update that falls back. Needs neither root nor a network.

  --once       end after that, with exit status 0 if all went as it should
  --data DIR   where everything is kept (default .windlass/demo); each start begins anew and removes what was there
  --json       one JSON document per line

exit status: 0 all as it should be, 1 not so, 64 usage, 69 a program did not start, 73 folder unusable,
             75 a demo is running there already, 130 interrupted
`

/** @throws DemoError `usage` */
export function readOptions(argv: readonly string[]): Options {
  try {
    const { values } = parseArgs({
      args: [...argv],
      options: {
        once: { type: 'boolean', default: false },
        data: { type: 'string', default: '.windlass/demo' },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    })
    return values
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new DemoError('usage', `expected the options of \`windlass up --help\`: ${why}`, { cause })
  }
}
