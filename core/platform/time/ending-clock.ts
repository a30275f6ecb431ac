import type { Clock } from './clock.ts'

/**
 * The clock of something that ends: `end` cuts every sleep short. What a room waits for on its own account, without anyone's
 * signal, would else keep the process for as long as that takes.
 */
export function endingClock(clock: Clock, end: AbortSignal): Clock {
  return {
    now: () => clock.now(),
    uptime: () => clock.uptime(),
    sleep: (ms, signal) => (signal ? sleepUntil(clock, ms, signal, end) : clock.sleep(ms, end)),
  }
}

/** As with `AbortSignal.any`, which costs several times as much: there are very many sleeps. */
async function sleepUntil(clock: Clock, ms: number, signal: AbortSignal, end: AbortSignal): Promise<void> {
  const over = new AbortController()
  const stop = () => over.abort(signal.aborted ? signal.reason : end.reason)
  if (signal.aborted || end.aborted) stop()
  signal.addEventListener('abort', stop)
  end.addEventListener('abort', stop)
  try {
    await clock.sleep(ms, over.signal)
  } finally {
    signal.removeEventListener('abort', stop)
    end.removeEventListener('abort', stop)
  }
}
