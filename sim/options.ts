import { parseArgs } from 'node:util'
import { DemoError } from './demo-error.ts'

export interface Options {
  /** End after the stories instead of staying up. */
  once: boolean
  /** Folder of everything the demo keeps. */
  data: string
  /** A whole device in a virtual machine instead of an agent beside the fleet. */
  qemu: boolean
  /** One JSON document per line instead of text. */
  json: boolean
  help: boolean
}

export const usage = `usage: windlass up [--once] [--data DIR | --qemu] [--json]

  Everything on this machine: a fleet server with its own PostgreSQL and its console, a device with two file-backed slots,
  a unit of two nodes. Then an update that works, packages that were tampered with, an update that falls back, a release
  for the unit, and one that fails there. Needs neither root nor a network.

  --once       end after that, with exit status 0 if all went as it should
  --data DIR   where everything is kept (default .windlass/demo); each start begins anew and removes what was there
  --qemu       a whole device in QEMU instead: boot loader, kernel, systemd; updates of which a kernel panics, a system
               hangs, a service is sick. The first start builds images for some minutes. Keeps nothing but these
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
        qemu: { type: 'boolean', default: false },
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
