import type { Clock, Http, Processes } from '@windlass/platform'

/** What has to hold before a new set is kept, as the settings declare it. Nothing declared holds at once. */
export interface HealthChecks {
  /** Programs with their arguments, split at blanks; each must end with 0. */
  commands: readonly string[]
  /** Addresses that must answer with a 2xx status. */
  http: readonly string[]
  /** systemd units that must be active. */
  units: readonly string[]
  /** The server must answer, whatever it says. */
  server: boolean
  /** How long the agent must have run in the new set. */
  minimumUptimeMs: number
  /** All must hold within this time. */
  withinMs: number
}

export interface HealthPorts {
  clock: Clock
  http: Http
  processes: Processes
}

const oneCheckMs = 30_000

/** What does not hold now, each as one sentence. `serverAddress` is asked only where the checks say so. */
export async function unhealthy(
  checks: HealthChecks,
  serverAddress: string,
  ports: HealthPorts,
  stop: AbortSignal,
): Promise<string[]> {
  const { clock } = ports
  const found = await Promise.all([
    ...checks.commands.map((line) => commandFails(line.split(/\s+/).filter(Boolean), ports, stop)),
    ...checks.units.map((unit) => commandFails(['systemctl', 'is-active', '--quiet', unit], ports, stop)),
    ...checks.http.map((url) => answerLacks(url, (status) => status >= 200 && status < 300, ports, stop)),
    checks.server ? answerLacks(serverAddress, () => true, ports, stop) : undefined,
  ])
  const left = checks.minimumUptimeMs - clock.uptime()
  return [...found, left > 0 ? `up for another ${Math.ceil(left / 1000)} s` : undefined].filter(
    (why) => why !== undefined,
  )
}

async function commandFails([command = '', ...args]: string[], { processes }: HealthPorts, stop: AbortSignal) {
  const name = [command, ...args].join(' ')
  try {
    const { code, signal, timedOut } = await processes.run({ command, args, timeoutMs: oneCheckMs }, stop)
    if (code === 0) return undefined
    return `${name}: ${timedOut ? `no end after ${oneCheckMs / 1000} s` : `exit status ${code ?? signal}`}`
  } catch (error) {
    stop.throwIfAborted()
    return `${name}: ${error instanceof Error ? error.message : String(error)}`
  }
}

async function answerLacks(url: string, good: (status: number) => boolean, { http }: HealthPorts, stop: AbortSignal) {
  try {
    const answer = await http.send({ url, connectTimeoutMs: oneCheckMs, idleTimeoutMs: oneCheckMs }, stop)
    answer.discard()
    return good(answer.status) ? undefined : `${url}: status ${answer.status}`
  } catch (error) {
    stop.throwIfAborted()
    return error instanceof Error ? error.message : String(error)
  }
}
