import type { FleetEvent } from '@windlass/wire/operator'
import type { Bus } from '../bus/bus.ts'
import { localBus } from '../bus/local-bus.ts'

/** Tells everyone who listens what changed. */
export interface Events {
  publish(event: FleetEvent): void
  /** Everything published from now on. Ends when the signal fires, or when the listener falls too far behind. */
  listen(signal: AbortSignal): AsyncIterable<FleetEvent>
}

const mostWaiting = 1000

interface Ear {
  tell(event: FleetEvent): void
  cut(): void
}

/**
 * Events of all processes on the bus. A listener that is more than 1000 events behind is let go, and so are all when the bus
 * may have lost some: they will ask again.
 */
export function eventHub(bus: Bus = localBus()): Events {
  const ears = new Set<Ear>()
  bus.subscribe({
    hear(message) {
      if (message.kind === 'event') for (const { tell } of ears) tell(message.event)
    },
    missed() {
      for (const { cut } of ears) cut()
    },
  })
  return {
    publish: (event) => bus.publish({ kind: 'event', event }),
    listen(signal) {
      const waiting: FleetEvent[] = []
      const lost = new AbortController()
      const gone = AbortSignal.any([signal, lost.signal])
      let wake = (): void => undefined
      const ear: Ear = {
        tell(event) {
          if (waiting.push(event) > mostWaiting) lost.abort()
          wake()
        },
        cut: () => lost.abort(),
      }
      // Listening starts now, not at the first read: nothing that happens in between may be missed.
      ears.add(ear)
      gone.addEventListener('abort', () => {
        ears.delete(ear)
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
