import type { FleetEvent } from '../event.ts'
import { readEvents } from '../event-stream.ts'
import { OperatorError } from '../operator-error.ts'

const firstPauseMs = 250
const longestPauseMs = 5000

// Of what browsers have, too: the console runs this client there.
export function systemSleep(ms: number, signal?: AbortSignal): Promise<void> {
  if (signal?.aborted) return Promise.resolve()
  const { promise, resolve } = Promise.withResolvers<void>()
  const timer = setTimeout(resolve, ms)
  signal?.addEventListener('abort', () => resolve(), { once: true })
  return promise.finally(() => clearTimeout(timer))
}

// Only an unreachable fleet is worth waiting for: a refusal stays one.
export async function* follow(
  open: (signal: AbortSignal) => Promise<Response>,
  sleep: (ms: number, signal?: AbortSignal) => Promise<void>,
  signal: AbortSignal,
): AsyncIterable<FleetEvent> {
  let pauseMs = firstPauseMs
  while (!signal.aborted) {
    try {
      for await (const event of readEvents(await open(signal))) {
        pauseMs = firstPauseMs
        yield event
      }
    } catch (error) {
      if (signal.aborted) return
      if (error instanceof OperatorError && error.code !== 'unreachable') throw error
    }
    await sleep(pauseMs, signal).catch(() => undefined)
    pauseMs = Math.min(pauseMs * 2, longestPauseMs)
  }
}
