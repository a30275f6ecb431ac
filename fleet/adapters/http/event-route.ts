import { once } from 'node:events'
import { PassThrough } from 'node:stream'
import type { Clock } from '@windlass/platform'
import { encodeEvent, type FleetEvent } from '@windlass/wire/operator'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { FleetError } from '../../fleet-error.ts'
import type { Store } from '../../store/store.ts'
import type { Events } from '../../telemetry/events.ts'
import type { Guard } from './guard.ts'
import { seenEvents } from './seen-events.ts'
import { callerIn, seenBy } from './sight.ts'

// Often enough that no proxy takes the line for dead.
const heartbeatMs = 15_000

interface EventPorts {
  events: Events
  store: Store
  clock: Clock
  guard: Guard
  closing: AbortSignal
}

/**
 * `GET /events`: what changes, as it changes (server-sent events). Ends with the caller, with `closing`, and soon after the caller
 * may no longer what he could when it began.
 */
export function eventRoute(app: FastifyInstance, { events, store, clock, guard, closing }: EventPorts): void {
  app.get('/events', async (request, reply) => {
    const within = await seenBy(request, store)
    const gone = new AbortController()
    request.raw.socket.once('close', () => gone.abort())
    const signal = AbortSignal.any([closing, gone.signal])
    const out = new PassThrough()
    out.on('error', () => gone.abort())
    out.write(encodeEvent({ kind: 'connected', at: new Date(clock.now()).toISOString() }))
    void pump(
      seenEvents(events.listen(signal), within, () => seenBy(request, store), store),
      out,
      signal,
    )
    void beat(clock, out, signal, async () => (await mayStill(guard, request)) || gone.abort())
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

async function beat(clock: Clock, out: PassThrough, signal: AbortSignal, check: () => Promise<unknown>): Promise<void> {
  while (!signal.aborted && !out.writableEnded) {
    await clock.sleep(heartbeatMs, signal).catch(() => undefined)
    if (!out.writableEnded) out.write(':\n\n')
    await check()
  }
}

/** Whether who asked is still known, with the same roles. */
async function mayStill(guard: Guard, request: FastifyRequest): Promise<boolean> {
  try {
    const { limits } = await guard.caller(request)
    return JSON.stringify(limits) === JSON.stringify(callerIn(request).limits)
  } catch (error) {
    // Nothing is known by this of who may.
    return !(error instanceof FleetError) || error.code === 'rate_limited'
  }
}
