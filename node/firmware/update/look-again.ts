import type { Step } from '@windlass/machine'
import { sha256Of } from '@windlass/trust'
import { failureOf } from '../update-error.ts'
import { cancelledOrFailed } from './callback.ts'
import type { Offer } from './facts.ts'
import { offerOf } from './offer.ts'
import type { Ports } from './ports.ts'

/** Waits, saying why; what it returns ends the wait. */
type Waiting<E> = (stop: AbortSignal, waits: (why: string) => void) => Promise<E>

/** A wait of seconds bothers no server. */
const firstLookMs = 60_000

/**
 * Lets a package wait, for days if need be, and meanwhile asks its server at the usual times what this device should run:
 * another package takes its place, and one that the server does not want any more is dropped. The server hears why the
 * device waits. One that cannot be reached changes nothing.
 */
export async function unlessReplaced<E>(offer: Offer, p: Ports, { stop, waits }: Step, wait: Waiting<E>) {
  let why = ''
  const tell = (text: string) => {
    if (text !== why) p.log.info('update waits', { why: text })
    why = text
    waits(text)
  }
  const over = new AbortController()
  const until = AbortSignal.any([stop, over.signal])
  const waiting = wait(until, tell)
  const { origin } = offer
  const polled = origin.kind === 'server' && p.settings.polling.enabled
  const looking = polled ? lookOut(offer, origin.address, p, () => why, until) : waiting
  try {
    return await Promise.race([waiting, looking])
  } finally {
    over.abort(new DOMException('the wait is over', 'AbortError'))
    await Promise.allSettled([waiting, looking])
  }
}

async function lookOut(offer: Offer, address: string, p: Ports, why: () => string, stop: AbortSignal) {
  const { intervalMs } = p.settings.polling
  await p.clock.sleep(Math.min(firstLookMs, intervalMs), stop)
  for (;;) {
    const found = await look(offer, address, p, why(), stop)
    if (found) return found
    await p.clock.sleep(intervalMs + p.random.next() * p.settings.pollJitterMs, stop)
  }
}

async function look(offer: Offer, address: string, p: Ports, why: string, stop: AbortSignal) {
  if (await cancelledOrFailed(p, 'probe', stop)) return undefined
  try {
    const outcome = await p.server.probe(address, p.firmware, p.runtime.retries, stop, why)
    if (outcome.kind === 'wait') return undefined
    await p.runtime.probed(p.clock.now())
    if (outcome.kind === 'none') {
      p.log.info('the server does not offer the waiting package any more', { package: offer.uid })
      return { on: 'withdrawn' } as const
    }
    if (sha256Of(outcome.metadata) === offer.uid) return undefined
    p.log.info('another package takes the place of the waiting one', { package: offer.uid })
    return { on: 'offered', offer: offerOf(outcome, address) } as const
  } catch (error) {
    stop.throwIfAborted()
    p.log.warning('cannot ask whether the waiting package still counts', { why: failureOf(error).message })
    return undefined
  }
}
