import type { FleetEvent } from '@windlass/wire/operator'

/** Tells everyone who listens what changed. */
export interface Events {
  publish(event: FleetEvent): void
  /** Everything published from now on. Ends when the signal fires, or when the listener falls too far behind. */
  listen(signal: AbortSignal): AsyncIterable<FleetEvent>
}

const mostWaiting = 1000

/** Events within one process. A listener that is more than 1000 events behind is let go: it will ask again. */
export function eventHub(): Events {
  const listeners = new Set<(event: FleetEvent) => void>()
  return {
    publish(event) {
      for (const tell of listeners) tell(event)
    },
    listen(signal) {
      const waiting: FleetEvent[] = []
      const lost = new AbortController()
      const gone = AbortSignal.any([signal, lost.signal])
      let wake = (): void => undefined
      const tell = (event: FleetEvent): void => {
        if (waiting.push(event) > mostWaiting) lost.abort()
        wake()
      }
      // Listening starts now, not at the first read: nothing that happens in between may be missed.
      listeners.add(tell)
      gone.addEventListener('abort', () => {
        listeners.delete(tell)
        wake()
      })
      return drain(waiting, gone, (call) => {
        wake = call
      })
    },
  }
}

async function* drain(waiting: FleetEvent[], gone: AbortSignal, onNews: (wake: () => void) => void) {
  while (!gone.aborted) {
    const event = waiting.shift()
    if (event) yield event
    else await new Promise<void>((resolve) => onNews(resolve))
  }
}
