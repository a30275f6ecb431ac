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
  // With a reason, as making the usual one takes longer than all the rest.
  const rouse = () => wake.abort('woken')
  const unsubscribe = means.onNews(rouse)
  socket.listen({
    heard: () => {
      heardMs = clock.uptime()
    },
    message: (bytes) => {
      means.message(bytes, send)
      rouse()
    },
    closed: (reason) => {
      why = reason
      ended.abort()
    },
  })
  try {
    const over = AbortSignal.any([stop, ended.signal])
    over.addEventListener('abort', rouse)
    for (let pingMs = clock.uptime() + pingEveryMs; !over.aborted; ) {
      wake = new AbortController()
      const now = clock.uptime()
      if (now - heardMs >= longestSilenceMs) return `nothing heard for ${longestSilenceMs} ms`
      if (now >= pingMs) {
        socket.ping()
        pingMs = now + pingEveryMs
      }
      const due = Math.min(means.flush(send) ?? pingMs, pingMs)
      // What ends the session wakes it, too: a signal made of both would stay with `stop` for as long as that lives.
      if (!over.aborted) await clock.sleep(due - now, wake.signal).catch(() => undefined)
    }
    return why
  } finally {
    unsubscribe()
    socket.terminate()
  }
}
