import { type OperatorClient, operatorClient } from '@windlass/wire/operator'
import { CliError } from '../cli-error.ts'
import type { Io } from '../command.ts'
import { optional } from '../params.ts'

const usual = 'http://localhost:8000'

/** The option that all commands share which talk to a fleet. */
export const fleetParam = optional('--fleet <url>', `the fleet's address (default: $WINDLASS_FLEET, else ${usual})`)

/** Options of every command that has the one above. */
export const tokenOptions = [
  {
    flags: '--token <token>',
    says: 'what the fleet is shown; others on this machine can see it: better $WINDLASS_TOKEN',
  },
  { flags: '--token-file <file>', says: 'file with the token (default: ~/.config/windlass/token where it is there)' },
] as const

/** A client of the fleet that stops when the command does. */
export function connect(fleet: string | undefined, io: Io): OperatorClient {
  const url = fleet ?? (io.env['WINDLASS_FLEET'] || usual)
  if (!/^https?:\/\/./.test(url) || !URL.canParse(url)) {
    throw new CliError('usage', `--fleet: expected an address such as ${usual}, got ${url}`)
  }
  return operatorClient({
    url,
    ...(io.token ? { token: io.token } : {}),
    fetch: (input, init) => io.fetch(input, { ...init, signal: either(io.signal, init?.signal) }),
    sleep: (ms, signal) => io.clock.sleep(ms, signal),
  })
}

function either(own: AbortSignal, other: AbortSignal | null | undefined): AbortSignal {
  return other ? AbortSignal.any([own, other]) : own
}
