import { type OperatorClient, operatorClient } from '@windlass/wire/operator'
import { CliError } from '../cli-error.ts'
import type { Io } from '../command.ts'
import { optional } from '../params.ts'

const usual = 'http://localhost:8000'

/** The option that all commands share which talk to a fleet. */
export const fleetParam = optional('--fleet <url>', `the fleet's address (default: $WINDLASS_FLEET, else ${usual})`)

/** A client of the fleet that stops when the command does. The token is not an option: options can be seen by others. */
export function connect(fleet: string | undefined, io: Io): OperatorClient {
  const url = fleet ?? (io.env['WINDLASS_FLEET'] || usual)
  if (!/^https?:\/\/./.test(url) || !URL.canParse(url)) {
    throw new CliError('usage', `--fleet: expected an address such as ${usual}, got ${url}`)
  }
  const token = io.env['WINDLASS_TOKEN']
  return operatorClient({
    url,
    ...(token ? { token } : {}),
    fetch: (input, init) => io.fetch(input, { ...init, signal: either(io.signal, init?.signal) }),
    sleep: (ms, signal) => io.clock.sleep(ms, signal),
  })
}

function either(own: AbortSignal, other: AbortSignal | null | undefined): AbortSignal {
  return other ? AbortSignal.any([own, other]) : own
}
