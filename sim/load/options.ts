import { parseArgs } from 'node:util'
import { UsageError } from '../faults/options.ts'

export interface LoadOptions {
  url: string
  devices: number
  seconds: number
  connections: number
  /** What the devices say they are; 64 hexadecimal digits. */
  product: string
  /** What they run until they are offered something else. */
  version: string
  json: boolean
  help: boolean
}

export const loadUsage = `usage: windlass simulate fleet --devices N [OPTION...]

  Devices that ask a fleet server what to run, as fast as it answers: the load of N devices that probe every P seconds is N / P
  probes a second. A device that is offered a package reports every step and probes with the new version; nothing is
  downloaded. Their identities are {"serial":"D1"} to {"serial":"DN"}: the fleet will know them for good.

  --devices N      how many there are (default 1000)
  --url URL        the fleet (default http://127.0.0.1:8000)
  --seconds N      how long (default 10)
  --connections N  how many ask at once (default 32)
  --product UID    64 hexadecimal digits
  --version TEXT   what they run at first (default 1.0)
  --json           one JSON document at the end

exit status: 0 all were answered, 1 some were not, 64 usage
`

/** @throws UsageError */
export function readLoadOptions(argv: readonly string[]): LoadOptions {
  const { values } = parsed(argv)
  const { url, product, version, json, help } = values
  if (!URL.canParse(url) || new URL(url).protocol !== 'http:')
    throw new UsageError(`--url: expected an address http://…, got ${url}`)
  if (!/^[0-9a-f]{64}$/.test(product)) throw new UsageError(`--product: expected 64 hexadecimal digits, got ${product}`)
  const count = (name: 'devices' | 'seconds' | 'connections', most: number): number => {
    const number = Number(values[name])
    if (Number.isInteger(number) && number >= 1 && number <= most) return number
    throw new UsageError(`--${name}: expected a whole number from 1 to ${most}, got ${values[name]}`)
  }
  const counts = {
    devices: count('devices', 1e8),
    seconds: count('seconds', 1e6),
    connections: count('connections', 1e4),
  }
  return { url, product, version, json, help, ...counts }
}

function parsed(argv: readonly string[]) {
  const text = (value: string) => ({ type: 'string', default: value }) as const
  try {
    return parseArgs({
      args: [...argv],
      options: {
        url: text('http://127.0.0.1:8000'),
        devices: text('1000'),
        seconds: text('10'),
        connections: text('32'),
        product: text('3f1c0e5b8a7d46922f1c0e5b8a7d46922f1c0e5b8a7d46922f1c0e5b8a7d4692'),
        version: text('1.0'),
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    })
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new UsageError(`expected the options of \`windlass simulate fleet --help\`: ${why}`)
  }
}
