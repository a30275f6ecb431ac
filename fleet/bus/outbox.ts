import type { Clock, Log } from '@windlass/platform'
import { longestMessage } from './bus.ts'
import { type BusMessage, encodeMessage } from './message.ts'

/** Sends some messages, in this order; may be called again with the same when it fails. `batch` counts up. */
export type Send = (texts: readonly string[], batch: number) => Promise<void>

/** What a bus with a server behind it has on its way out. */
export interface Outbox {
  post(message: BusMessage): void
  flush(): Promise<void>
  /** What has not left by now is let go. */
  close(): void
}

const mostWaiting = 10_000
const mostBytes = 256 * 1024
const pauseMs = 250

/**
 * Messages leave in their order, as many at once as wait. While the server is away they wait, up to 10,000; then the oldest
 * are let go and `lost` is called.
 */
export function outbox(send: Send, lost: () => void, { clock, log }: { clock: Clock; log: Log }): Outbox {
  const waiting: string[] = []
  const closed = new AbortController()
  let sending: Promise<void> | undefined
  let batch = 0

  const drain = async (): Promise<void> => {
    while (waiting.length > 0 && !closed.signal.aborted) {
      const texts = batchOf(waiting)
      batch += 1
      await insist(texts, batch)
    }
    sending = undefined
  }
  const insist = async (texts: readonly string[], number: number): Promise<void> => {
    for (let tries = 1; !closed.signal.aborted; tries += 1) {
      try {
        return await send(texts, number)
      } catch (error) {
        if (tries === 1) log.warning('fleet bus does not take messages', { why: String(error) })
        await clock.sleep(pauseMs, closed.signal).catch(() => undefined)
      }
    }
  }
  return {
    post(message) {
      const text = encodeMessage(message)
      if (text.length > longestMessage || waiting.length >= mostWaiting) {
        log.warning('fleet bus message let go', { kind: message.kind, characters: text.length })
        lost()
        if (text.length > longestMessage) return
        waiting.shift()
      }
      waiting.push(text)
      sending ??= drain()
    },
    flush: async () => sending,
    close: () => closed.abort(),
  }
}

/** Takes the first of those that wait, some hundred kilobytes at most. */
function batchOf(waiting: string[]): string[] {
  let bytes = 0
  const fits = waiting.findIndex((text) => (bytes += text.length) > mostBytes)
  return waiting.splice(0, fits === -1 ? waiting.length : Math.max(fits, 1))
}
