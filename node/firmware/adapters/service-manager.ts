import type { Clock, Log, Processes } from '@windlass/platform'

/** Who started the agent, and starts it again when it hangs. */
export interface ServiceManager {
  /** Tells that the agent is ready, then again and again that it is alive, until `quit` fires. Never rejects. */
  attend(quit: AbortSignal): Promise<void>
}

type Environment = Readonly<Record<string, string | undefined>>

const timeoutMs = 10_000

/**
 * systemd's protocol (sd_notify(3), sd_watchdog_enabled(3)). It wants a Unix datagram socket, which Node does not have:
 * the program systemd-notify sends for us, so the unit needs NotifyAccess=all. A process whose event loop hangs starts no
 * program, and the watchdog ends it. Silent where nobody set NOTIFY_SOCKET.
 */
export function serviceManager(
  environment: Environment,
  pid: number,
  { processes, clock, log }: { processes: Processes; clock: Clock; log: Log },
): ServiceManager {
  async function notify(state: string): Promise<void> {
    try {
      const { code, signal, stderr } = await processes.run({ command: 'systemd-notify', args: [state], timeoutMs })
      if (code !== 0) throw new Error(`expected exit status 0, got ${code ?? signal} ${stderr.trim()}`.trim())
    } catch (error) {
      log.error('service manager not told', { state, error })
    }
  }

  return {
    async attend(quit) {
      if (!environment['NOTIFY_SOCKET']) return
      await notify('READY=1')
      const everyMs = aliveEveryMs(environment, pid)
      while (everyMs !== undefined && !quit.aborted) {
        await notify('WATCHDOG=1')
        await clock.sleep(everyMs, quit).catch(() => undefined)
      }
    },
  }
}

/** Half of the manager's patience; undefined where it watches nobody, or another process than this. */
function aliveEveryMs({ WATCHDOG_USEC, WATCHDOG_PID }: Environment, pid: number): number | undefined {
  const patience = Number(WATCHDOG_USEC ?? 0)
  if (!(patience > 0) || Number(WATCHDOG_PID ?? pid) !== pid) return undefined
  return patience / 1000 / 2
}
