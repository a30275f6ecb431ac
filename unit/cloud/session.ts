import type { Clock } from '@windlass/platform'
import type { CloudSocket } from './sockets.ts'

const pingEveryMs = 20_000
const longestSilenceMs = 60_000

interface Means {
  clock: Clock
  message(bytes: Uint8Array, send: (text: string) => void): void
  /** Sends what is due. @returns when there is more to do, on the clock that never jumps */
  flush(send: (text: string) => void): number | undefined
  /** Calls back when something new is to be sent. */
  onNews(wake: () => void): () => void
}

/** One connection, from open to closed. @returns why it ended */
export async function session(socket: CloudSocket, means: Means, stop: AbortSignal): Promise<string> {
  const ended = new AbortController()
  const { clock } = means
  let heardMs = clock.uptime()
  let wake = new AbortController()
  let why = 'stopped'
  const send = (text: string) => socket.send(text)
  const unsubscribe = means.onNews(() => wake.abort())
  socket.listen({
    heard: () => {
      heardMs = clock.uptime()
    },
    message: (bytes) => {
      means.message(bytes, send)
      wake.abort()
    },
    closed: (reason) => {
      why = reason
      ended.abort()
    },
  })
  try {
    const over = AbortSignal.any([stop, ended.signal])
    for (let pingMs = clock.uptime() + pingEveryMs; !over.aborted; ) {
      wake = new AbortController()
      const now = clock.uptime()
      if (now - heardMs >= longestSilenceMs) return `nothing heard for ${longestSilenceMs} ms`
      if (now >= pingMs) {
        socket.ping()
        pingMs = now + pingEveryMs
      }
      const due = Math.min(means.flush(send) ?? pingMs, pingMs)
      await nap(clock, due - now, AbortSignal.any([over, wake.signal]))
    }
    return why
  } finally {
    unsubscribe()
    socket.terminate()
  }
}

async function nap(clock: Clock, ms: number, until: AbortSignal): Promise<void> {
  if (!until.aborted) await clock.sleep(ms, until).catch(() => undefined)
}
