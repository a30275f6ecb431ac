import { UpdateError } from '../update-error.ts'
import { type HealthChecks, type HealthPorts, unhealthy } from './checks.ts'

const lookAgainMs = 5_000

/** Is the new set fit to stay? */
export interface Health {
  /** Returns when all checks hold; tells `round` before each time it looks. @throws UpdateError `validate_failed` with what still did not when the time was over */
  settled(serverAddress: string, stop: AbortSignal, round?: () => Promise<void>): Promise<void>
}

/** Checks again and again: services take their time to come up, and a network may be late. */
export function declaredHealth(checks: HealthChecks, ports: HealthPorts): Health {
  return {
    async settled(serverAddress, stop, round) {
      const deadline = ports.clock.uptime() + checks.withinMs
      for (;;) {
        await round?.()
        const wrong = await unhealthy(checks, serverAddress, ports, stop)
        if (wrong.length === 0) return
        if (ports.clock.uptime() >= deadline) {
          throw new UpdateError('validate_failed', `not healthy after ${checks.withinMs / 1000} s: ${wrong.join('; ')}`)
        }
        await ports.clock.sleep(lookAgainMs, stop)
      }
    },
  }
}
