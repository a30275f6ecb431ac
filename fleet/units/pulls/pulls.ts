import { createHash } from 'node:crypto'
import { type Credentials, parseReference, Registry } from '@windlass/images'
import type { Http, Log } from '@windlass/platform'
import { FleetError } from '../../fleet-error.ts'
import type { ItemVersion } from '../records.ts'
import { type ImageOrigin, type Progress, type Pull, type PullPorts, pullImage } from './pull-image.ts'
import { refusalOfOrigin } from './refusal.ts'

export interface PullOrder extends Pull {
  from: string
  login: Credentials | null
}

export interface PullsPorts extends PullPorts {
  http: Http
  log: Log
}

const patience = { connectTimeoutMs: 10_000, idleTimeoutMs: 30_000 }
/** Less than what stands in front of a server waits for an answer. */
const answerWithinMs = 20_000
const forgottenAfterMs = 60_000
const mostAtOnce = 4

interface Running {
  ended: Promise<{ item: ItemVersion } | { error: unknown }>
  progress: Progress
  askedAt: number
  stop: AbortController
}

/**
 * The pulls of this process. Who orders one waits a while for its end, and asks again by the same order. Nobody asking for a minute
 * ends it; what it brought stays, and the next pull goes on from there.
 */
export class Pulls {
  readonly #ports: PullsPorts
  readonly #running = new Map<string, Running>()

  constructor(ports: PullsPorts) {
    this.#ports = ports
  }

  /** The item, or how far it is by now. @throws FleetError as `pullImage`, `request_invalid`, `rate_limited` */
  async ask(order: PullOrder): Promise<{ item: ItemVersion } | { progress: Progress }> {
    const key = keyOf(order)
    const running = this.#running.get(key) ?? this.#start(key, order)
    running.askedAt = this.#ports.clock.uptime()
    const left = new AbortController()
    const late = this.#ports.clock.sleep(answerWithinMs, left.signal).catch(() => undefined)
    const ended = await Promise.race([running.ended, late])
    left.abort()
    if (ended === undefined) return { progress: running.progress }
    this.#running.delete(key)
    running.stop.abort()
    if ('error' in ended) throw ended.error
    return ended
  }

  /** All of them; they end soon after. */
  stop(): void {
    for (const { stop } of this.#running.values()) stop.abort(new FleetError('registry_failed', 'the fleet stops'))
  }

  #start(key: string, order: PullOrder): Running {
    const { clock, http, log } = this.#ports
    if (this.#running.size >= mostAtOnce)
      throw new FleetError('rate_limited', `expected at most ${mostAtOnce} pulls at once, got one more`, {
        retryAfterSeconds: 10,
      })
    const stop = new AbortController()
    const origin = originOf(order, { http, clock })
    const running: Running = {
      progress: { blobs: 0, bytes: 0, done: 0 },
      askedAt: clock.uptime(),
      stop,
      ended: Promise.resolve({ error: undefined }),
    }
    const work = pullImage(origin, order, this.#ports, (progress) => (running.progress = progress), stop.signal)
    const { itemId: item, version, from } = order
    log.info('pull begins', { item, version, from })
    running.ended = work.then(
      (made) => {
        log.info('pulled', { item, version, from, bytes: made.size })
        return { item: made }
      },
      (error: unknown) => {
        log.warning('pull failed', { item, version, from, why: error instanceof Error ? error.message : String(error) })
        return { error }
      },
    )
    this.#running.set(key, running)
    void this.#forget(key, running)
    return running
  }

  /** Ends what nobody asks for, and lets go of an end that nobody heard. */
  async #forget(key: string, running: Running): Promise<void> {
    const { clock } = this.#ports
    const { signal } = running.stop
    while (this.#running.get(key) === running && !signal.aborted) {
      await clock.sleep(forgottenAfterMs, signal).catch(() => undefined)
      if (clock.uptime() - running.askedAt >= forgottenAfterMs)
        running.stop.abort(new FleetError('registry_failed', 'nobody asked for it any more'))
    }
    if (this.#running.get(key) === running) this.#running.delete(key)
  }
}

function originOf({ from, login }: PullOrder, ports: { http: Http; clock: PullsPorts['clock'] }): ImageOrigin {
  try {
    return new Registry(ports, parseReference(from), patience, login ?? undefined)
  } catch (error) {
    throw refusalOfOrigin(error)
  }
}

// A login is not kept, not even as a key.
function keyOf(order: PullOrder): string {
  return createHash('sha256').update(JSON.stringify(order)).digest('hex')
}
