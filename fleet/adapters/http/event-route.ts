import { once } from 'node:events'
import { PassThrough } from 'node:stream'
import type { Clock } from '@windlass/platform'
import { encodeEvent, type FleetEvent } from '@windlass/wire/operator'
import type { FastifyInstance } from 'fastify'
import type { Store } from '../../store/store.ts'
import type { Events } from '../../telemetry/events.ts'
import { seenBy } from './authorize.ts'
import { seenEvents } from './seen-events.ts'

// Often enough that no proxy takes the line for dead.
const heartbeatMs = 15_000

/** `GET /events`: what changes, as it changes (server-sent events). Ends with the caller or with `closing`. */
export function eventRoute(
  app: FastifyInstance,
  { events, store, clock, closing }: { events: Events; store: Store; clock: Clock; closing: AbortSignal },
): void {
  app.get('/events', (request, reply) => {
    const gone = new AbortController()
    request.raw.socket.once('close', () => gone.abort())
    const signal = AbortSignal.any([closing, gone.signal])
    const out = new PassThrough()
    out.on('error', () => gone.abort())
    out.write(encodeEvent({ kind: 'connected', at: new Date(clock.now()).toISOString() }))
    void pump(seenEvents(events.listen(signal), seenBy(request), store), out, signal)
    void beat(clock, out, signal)
    return reply.header('content-type', 'text/event-stream').header('cache-control', 'no-store').send(out)
  })
}

async function pump(events: AsyncIterable<FleetEvent>, out: PassThrough, signal: AbortSignal): Promise<void> {
  for await (const event of events) {
    if (out.write(encodeEvent(event))) continue
    await once(out, 'drain', { signal }).catch(() => undefined)
  }
  out.end()
}

async function beat(clock: Clock, out: PassThrough, signal: AbortSignal): Promise<void> {
  while (!signal.aborted && !out.writableEnded) {
    await clock.sleep(heartbeatMs, signal).catch(() => undefined)
    if (!out.writableEnded) out.write(':\n\n')
  }
}
